#include "tests/mock_engine/distribution.h"

#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

#include "common/base/str_cat.h"

namespace monsoon::mock_engine {
namespace {

constexpr double kLargest = 9e18;

struct DurationUnit {
  std::string_view suffix;
  double ns;
};

// "s" comes last: every other suffix ends with it.
constexpr DurationUnit kUnits[] = {{"ns", 1.0}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};

absl::StatusOr<int64_t> ParseCount(std::string_view text) {
  int64_t value = 0;
  if (!absl::SimpleAtoi(ToAbsl(text), &value) || value < 0) {
    return absl::InvalidArgumentError(
        StrCat("'", text, "' is not a count; write a whole number such as 64"));
  }
  return value;
}

absl::StatusOr<int64_t> ParseValue(std::string_view text, Distribution::Unit unit) {
  return unit == Distribution::Unit::kDuration ? ParseDurationNs(text) : ParseCount(text);
}

}  // namespace

absl::StatusOr<int64_t> ParseDurationNs(std::string_view text) {
  for (const DurationUnit& unit : kUnits) {
    if (!text.ends_with(unit.suffix)) continue;
    const absl::string_view number = ToAbsl(text.substr(0, text.size() - unit.suffix.size()));
    double value = 0;
    if (!absl::SimpleAtod(number, &value) || !(value >= 0) || value * unit.ns > kLargest) break;
    return std::llround(value * unit.ns);
  }
  return absl::InvalidArgumentError(StrCat(
      "'", text, "' is not a duration; write a number and a unit (us, ms, s), such as 50ms"));
}

absl::StatusOr<std::string> ReadWholeFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return absl::NotFoundError(
        StrCat("cannot read '", path, "': ", std::strerror(errno), "; check the path"));
  }
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

absl::StatusOr<Distribution> Distribution::Parse(std::string_view text, Unit unit,
                                                 FileReader read_file) {
  absl::string_view rest = ToAbsl(text);
  if (absl::ConsumePrefix(&rest, "lognormal:")) return ParseLognormal(ToStd(rest), unit);
  if (absl::ConsumePrefix(&rest, "file:")) return ParseFile(std::string(rest), unit, read_file);
  absl::ConsumePrefix(&rest, "constant:");
  absl::StatusOr<int64_t> value = ParseValue(ToStd(rest), unit);
  if (!value.ok()) {
    return absl::InvalidArgumentError(
        StrCat(value.status().message(),
               " (or constant:VALUE, lognormal:median=VALUE,sigma=NUMBER, file:PATH)"));
  }
  return Constant(*value);
}

Distribution Distribution::Constant(int64_t value) {
  return Distribution(Kind::kConstant, {value}, 0.0);
}

absl::StatusOr<Distribution> Distribution::ParseLognormal(std::string_view parameters, Unit unit) {
  int64_t median = -1;
  double sigma = -1.0;
  for (absl::string_view part : absl::StrSplit(ToAbsl(parameters), ',')) {
    if (absl::ConsumePrefix(&part, "median=")) {
      absl::StatusOr<int64_t> value = ParseValue(ToStd(part), unit);
      if (!value.ok()) return value.status();
      median = *value;
    } else if (!absl::ConsumePrefix(&part, "sigma=") || !absl::SimpleAtod(part, &sigma)) {
      median = -1;
      break;
    }
  }
  if (median < 0 || !(sigma >= 0 && sigma <= 10)) {
    return absl::InvalidArgumentError(
        StrCat("'lognormal:", parameters,
               "' needs both a median and a sigma between 0 and 10, such as "
               "lognormal:median=50ms,sigma=0.3"));
  }
  return Distribution(Kind::kLognormal, {median}, sigma);
}

absl::StatusOr<Distribution> Distribution::ParseFile(const std::string& path, Unit unit,
                                                     FileReader read_file) {
  absl::StatusOr<std::string> content = read_file(path);
  if (!content.ok()) return content.status();
  std::vector<int64_t> values;
  int line_number = 0;
  for (absl::string_view line : absl::StrSplit(*content, '\n')) {
    ++line_number;
    line = absl::StripAsciiWhitespace(line);
    if (line.empty() || line.front() == '#') continue;
    absl::StatusOr<int64_t> value = ParseValue(ToStd(line), unit);
    if (!value.ok()) {
      return absl::InvalidArgumentError(
          StrCat(path, ":", line_number, ": ", value.status().message()));
    }
    values.push_back(*value);
  }
  if (values.empty()) {
    return absl::InvalidArgumentError(
        StrCat("'", path, "' holds no value; write one value per line"));
  }
  return Distribution(Kind::kFile, std::move(values), 0.0);
}

int64_t Distribution::Sample(uint64_t position, Random& random) const {
  switch (kind_) {
    case Kind::kConstant:
      return values_[0];
    case Kind::kFile:
      return values_[position % values_.size()];
    case Kind::kLognormal:
      break;
  }
  const double value = static_cast<double>(values_[0]) * std::exp(sigma_ * random.Normal());
  return value < kLargest ? std::llround(value) : std::numeric_limits<int64_t>::max() / 2;
}

}  // namespace monsoon::mock_engine
