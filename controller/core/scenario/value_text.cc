#include "controller/core/scenario/value_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

struct SizeUnit {
  std::string_view suffix;
  int64_t bytes;
};

constexpr std::array<SizeUnit, 6> kSizeUnits = {{{"GiB", int64_t{1} << 30},
                                                 {"MiB", int64_t{1} << 20},
                                                 {"KiB", int64_t{1} << 10},
                                                 {"GB", 1'000'000'000},
                                                 {"MB", 1'000'000},
                                                 {"kB", 1'000}}};
constexpr size_t kBinaryUnits = 3;  // the first of kSizeUnits

template <typename T>
std::optional<T> ParseAll(std::string_view text) {
  T value{};
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end) return std::nullopt;
  return value;
}

}  // namespace

std::optional<int64_t> ParseWholeNumber(std::string_view text) { return ParseAll<int64_t>(text); }

std::optional<uint64_t> ParseUnsigned(std::string_view text) { return ParseAll<uint64_t>(text); }

std::optional<double> ParseNumber(std::string_view text) {
  const std::optional<double> value = ParseAll<double>(text);
  if (!value.has_value() || !std::isfinite(*value)) return std::nullopt;
  return value;
}

std::optional<double> ParseShare(std::string_view text) {
  if (!text.ends_with('%')) return ParseNumber(text);
  text.remove_suffix(1);
  std::optional<double> percent = ParseNumber(text);
  if (percent.has_value()) *percent /= 100;
  return percent;
}

std::optional<int64_t> ParseByteSize(std::string_view text) {
  for (const SizeUnit& unit : kSizeUnits) {
    if (!text.ends_with(unit.suffix)) continue;
    text.remove_suffix(unit.suffix.size());
    const std::optional<int64_t> count = ParseWholeNumber(text);
    if (!count.has_value() || *count < 0) return std::nullopt;
    if (*count > std::numeric_limits<int64_t>::max() / unit.bytes) return std::nullopt;
    return *count * unit.bytes;
  }
  const std::optional<int64_t> bytes = ParseWholeNumber(text);
  return bytes.has_value() && *bytes >= 0 ? bytes : std::nullopt;
}

std::string FormatNumber(double value) {
  std::array<char, 32> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return error == std::errc() ? std::string(buffer.data(), end) : StrCat(value);
}

std::string FormatByteSize(int64_t bytes) {
  for (size_t i = 0; i < kBinaryUnits; ++i) {
    const SizeUnit& unit = kSizeUnits[i];
    if (bytes > 0 && bytes % unit.bytes == 0) return StrCat(bytes / unit.bytes, unit.suffix);
  }
  return StrCat(bytes);
}

}  // namespace monsoon
