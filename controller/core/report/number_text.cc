#include "controller/core/report/number_text.h"

#include <algorithm>

#include "absl/strings/str_format.h"

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

constexpr char kNoBreakSpace[] = "\u00a0";

// `value` with `significant` digits but at most `decimals` after the point, and no exponent.
std::string Significant(double value, int significant, int decimals) {
  // The exponent after rounding: 0.99998 is 1.000, not 1.0000.
  const std::string rounded = absl::StrFormat("%.*e", significant - 1, value);
  const int leading = std::stoi(rounded.substr(rounded.find('e') + 1));
  return absl::StrFormat("%.*f", std::clamp(significant - 1 - leading, 0, decimals), value);
}

}  // namespace

std::string SecondsText(double seconds) { return seconds == 0 ? "0" : Significant(seconds, 4, 6); }

std::string RateText(double rate) { return rate == 0 ? "0" : Significant(rate, 4, 4); }

std::string PercentText(double share) {
  if (share == 0) return "0%";
  if (share > 0 && share < 0.0001) return "<0.01%";
  std::string text = Significant(share * 100, 4, 2);
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return StrCat(text, "%");
}

std::string CountText(int64_t count) {
  const std::string digits = StrCat(count);
  const size_t first = digits.front() == '-' ? 1 : 0;
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > first && (digits.size() - i) % 3 == 0) text += kNoBreakSpace;
    text += digits[i];
  }
  return text;
}

std::string SecondsText(const std::optional<double>& seconds) {
  return seconds ? SecondsText(*seconds) : kUndefinedText;
}

std::string SecondsWithUnit(const std::optional<double>& seconds) {
  return seconds ? StrCat(SecondsText(*seconds), " s") : kUndefinedText;
}

std::string RateText(const std::optional<double>& rate) {
  return rate ? RateText(*rate) : kUndefinedText;
}

}  // namespace monsoon
