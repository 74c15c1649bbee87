// Where the scripted numbers come from: a constant, a lognormal, or the lines of a file.
//
//   50ms | constant:50ms | lognormal:median=50ms,sigma=0.3 | file:PATH
//
// Durations carry a unit (ns, us, ms, s) and are kept in nanoseconds; counts are plain numbers.
// A file holds one value per line; empty lines and lines that begin with # are skipped. Parse
// errors are INVALID_ARGUMENT (NOT_FOUND for a file) and say what was expected.
//
// A parsed Distribution never changes and may be sampled from any number of threads.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"

#include "tests/mock_engine/random.h"

namespace monsoon::mock_engine {

// "50ms" -> 50'000'000. Negative durations and missing units are errors.
absl::StatusOr<int64_t> ParseDurationNs(std::string_view text);

// The whole content of the file, or a Status that names the path and the reason.
absl::StatusOr<std::string> ReadWholeFile(const std::string& path);

class Distribution {
 public:
  enum class Unit { kDuration, kCount };
  using FileReader = absl::FunctionRef<absl::StatusOr<std::string>(const std::string& path)>;

  static absl::StatusOr<Distribution> Parse(std::string_view text, Unit unit,
                                            FileReader read_file = ReadWholeFile);
  static Distribution Constant(int64_t value);

  // `position` picks the line of a file (cycling), `random` the value of a lognormal. Never
  // negative.
  int64_t Sample(uint64_t position, Random& random) const;

 private:
  enum class Kind { kConstant, kLognormal, kFile };

  Distribution(Kind kind, std::vector<int64_t> values, double sigma)
      : kind_(kind), values_(std::move(values)), sigma_(sigma) {}

  static absl::StatusOr<Distribution> ParseLognormal(std::string_view parameters, Unit unit);
  static absl::StatusOr<Distribution> ParseFile(const std::string& path, Unit unit,
                                                FileReader read_file);

  Kind kind_;
  std::vector<int64_t> values_;  // the constant, the median, or the lines; never empty
  double sigma_;
};

}  // namespace monsoon::mock_engine
