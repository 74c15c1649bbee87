#include "controller/core/load/load_spec.h"

#include "common/base/str_cat.h"

namespace monsoon {

std::string_view LoadLawName(LoadLaw law) {
  switch (law) {
    case LoadLaw::kClosed:
      return "closed";
    case LoadLaw::kConstant:
      return "constant";
    case LoadLaw::kPoisson:
      return "poisson";
  }
  return "unknown";
}

std::string LoadLabel(const LoadSpec& load, int64_t concurrency) {
  if (!load.open()) return StrCat("c", concurrency);
  const std::string rate = FormatArrivalRate(load.rate);
  const bool per_minute = rate.ends_with("/min");
  return StrCat(load.law == LoadLaw::kPoisson ? "p" : "r", rate.substr(0, rate.find('/')),
                per_minute ? "m" : "");
}

std::string LoadSentence(const LoadSpec& load, int64_t concurrency) {
  if (!load.open()) {
    return StrCat(concurrency, concurrency == 1 ? " request" : " requests", " in flight");
  }
  return StrCat(FormatArrivalRate(load.rate),
                load.law == LoadLaw::kPoisson ? ", Poisson arrivals" : ", constant rate");
}

}  // namespace monsoon
