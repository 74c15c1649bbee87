#include "controller/core/hub/transfer_progress.h"

#include <array>
#include <cmath>

#include "absl/strings/str_format.h"

#include "common/base/str_cat.h"
#include "common/time/clock.h"

namespace monsoon {
namespace {

constexpr int64_t kWindowNs = 10 * kNsPerS;
constexpr int64_t kStepNs = 100 * kNsPerMs;
constexpr int64_t kLeastSpanNs = 500 * kNsPerMs;

std::string TimeLeftText(double seconds) {
  const auto s = static_cast<int64_t>(std::ceil(seconds));
  if (s < 60) return StrCat(s, " s");
  if (s < 3600) return absl::StrFormat("%d min %02d s", s / 60, s % 60);
  return absl::StrFormat("%d h %02d min", s / 3600, s / 60 % 60);
}

}  // namespace

std::string SizeText(int64_t bytes) {
  constexpr std::array<std::string_view, 4> kUnits = {"kB", "MB", "GB", "TB"};
  if (bytes < 1000) return StrCat(bytes, bytes == 1 ? " byte" : " bytes");
  double value = static_cast<double>(bytes) / 1000;
  size_t unit = 0;
  // 999.6 kB would print as 1000 kB.
  while (value >= 999.5 && unit + 1 < kUnits.size()) {
    value /= 1000;
    ++unit;
  }
  return value < 9.95 ? absl::StrFormat("%.1f %s", value, std::string(kUnits[unit]))
                      : absl::StrFormat("%.0f %s", value, std::string(kUnits[unit]));
}

void RateMeter::Add(int64_t now_ns, int64_t bytes) {
  if (!samples_.empty() && now_ns - samples_.back().at_ns < kStepNs) return;
  samples_.push_back({now_ns, bytes});
  while (now_ns - samples_.front().at_ns > kWindowNs) samples_.pop_front();
}

std::optional<double> RateMeter::BytesPerS() const {
  if (samples_.empty()) return std::nullopt;
  const int64_t span_ns = samples_.back().at_ns - samples_.front().at_ns;
  if (span_ns < kLeastSpanNs) return std::nullopt;
  return static_cast<double>(samples_.back().bytes - samples_.front().bytes) / ToSeconds(span_ns);
}

std::string ProgressText(std::string_view name, int64_t have, std::optional<int64_t> size,
                         std::optional<double> bytes_per_s) {
  std::string text = StrCat(name, ": ", SizeText(have));
  if (size.has_value()) {
    text += StrCat(" of ", SizeText(*size));
    if (*size > 0) text += absl::StrFormat(" (%d%%)", have * 100 / *size);
  }
  if (!bytes_per_s.has_value()) return text;
  text += StrCat(", ", SizeText(static_cast<int64_t>(*bytes_per_s)), "/s");
  if (size.has_value() && *bytes_per_s >= 1 && *size > have) {
    text += StrCat(", ", TimeLeftText(static_cast<double>(*size - have) / *bytes_per_s), " left");
  }
  return text;
}

}  // namespace monsoon
