#include "controller/core/evalscope/scenario_draft.h"

#include <cmath>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

std::string Wrong(std::string_view flag, std::string_view value, std::string_view expected) {
  return StrCat(flag, " is '", value, "': expected ", expected);
}

template <typename T, typename Format>
std::string Range(std::string_view what, T min, T max, T no_max, Format format) {
  return StrCat(what, max == no_max ? StrCat(" of at least ", format(min))
                                    : StrCat(" from ", format(min), " to ", format(max)));
}

}  // namespace

std::vector<int64_t> ScenarioDraft::Ints(std::string_view flag, int64_t min, int64_t max) {
  std::vector<int64_t> out;
  for (const std::string& text : command_.Values(flag)) {
    int64_t value = 0;
    if (absl::SimpleAtoi(text, &value) && value >= min && value <= max) {
      out.push_back(value);
    } else {
      Problem(Wrong(flag, text,
                    Range("a whole number", min, max, std::numeric_limits<int64_t>::max(),
                          [](int64_t n) { return StrCat(n); })));
    }
  }
  return out;
}

std::optional<int64_t> ScenarioDraft::Int(std::string_view flag, int64_t min, int64_t max) {
  const std::vector<int64_t> values = Ints(flag, min, max);
  if (values.empty()) return std::nullopt;
  return values.front();
}

std::vector<double> ScenarioDraft::Numbers(std::string_view flag, double min, double max) {
  std::vector<double> out;
  for (const std::string& text : command_.Values(flag)) {
    double value = 0;
    if (absl::SimpleAtod(text, &value) && std::isfinite(value) && value >= min && value <= max) {
      out.push_back(value);
    } else {
      Problem(Wrong(flag, text,
                    Range("a number", min, max, std::numeric_limits<double>::max(), NumberText)));
    }
  }
  return out;
}

std::optional<double> ScenarioDraft::Number(std::string_view flag, double min, double max) {
  const std::vector<double> values = Numbers(flag, min, max);
  if (values.empty()) return std::nullopt;
  return values.front();
}

std::optional<std::string> ScenarioDraft::TextOrFile(std::string_view flag) {
  std::optional<std::string> value = command_.Value(flag);
  if (!value || !value->starts_with('@')) return value;
  absl::StatusOr<std::string> text = read_file_(value->substr(1));
  if (text.ok()) return *std::move(text);
  Problem(StrCat(flag, " is '", *value, "': ", ToStd(text.status().message())));
  return std::nullopt;
}

std::string NumberText(double value) { return absl::StrFormat("%.10g", value); }

}  // namespace monsoon
