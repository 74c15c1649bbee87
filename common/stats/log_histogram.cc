#include "common/stats/log_histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <optional>

namespace monsoon {
namespace {

constexpr int kBits = LogHistogram::kSubBucketBits;
constexpr uint64_t kSubBuckets = uint64_t{1} << kBits;
// Values below 2^kBits have a bucket each; every further power of two up to 2^62 has kSubBuckets.
constexpr size_t kBucketCount = kSubBuckets * (63 - kBits + 1);
constexpr char kFormatVersion = 1;

void AppendVarint(uint64_t value, std::string& out) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>((value & 0x7f) | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

// Reads one varint off the front of `bytes`; nullopt when it is cut off or over 64 bits.
std::optional<uint64_t> TakeVarint(std::string_view& bytes) {
  uint64_t value = 0;
  for (int shift = 0; shift <= 63 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    if (shift == 63 && byte > 1) return std::nullopt;
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  return std::nullopt;
}

absl::Status Malformed() {
  return absl::DataLossError("histogram: malformed bytes; it was not written by LogHistogram");
}

}  // namespace

LogHistogram::LogHistogram() : buckets_(kBucketCount, 0) {}

size_t LogHistogram::BucketOf(int64_t value) {
  const auto v = static_cast<uint64_t>(value);
  if (v < kSubBuckets) return v;
  const int exponent = std::bit_width(v) - 1;  // kBits..62
  const uint64_t sub = (v >> (exponent - kBits)) - kSubBuckets;
  return kSubBuckets * static_cast<uint64_t>(exponent - kBits + 1) + sub;
}

int64_t LogHistogram::UpperEdge(size_t bucket) {
  if (bucket < kSubBuckets) return static_cast<int64_t>(bucket);
  const int shift = static_cast<int>(bucket / kSubBuckets) - 1;
  const uint64_t sub = bucket % kSubBuckets;
  return static_cast<int64_t>(((kSubBuckets + sub + 1) << shift) - 1);
}

void LogHistogram::Add(int64_t value) {
  value = std::max<int64_t>(value, 0);
  ++buckets_[BucketOf(value)];
  min_ = count_ == 0 ? value : std::min(min_, value);
  max_ = count_ == 0 ? value : std::max(max_, value);
  ++count_;
  sum_ += static_cast<double>(value);
}

void LogHistogram::Merge(const LogHistogram& other) {
  if (other.count_ == 0) return;
  for (size_t i = 0; i < kBucketCount; ++i) buckets_[i] += other.buckets_[i];
  min_ = count_ == 0 ? other.min_ : std::min(min_, other.min_);
  max_ = count_ == 0 ? other.max_ : std::max(max_, other.max_);
  count_ += other.count_;
  sum_ += other.sum_;
}

void LogHistogram::Clear() {
  std::fill(buckets_.begin(), buckets_.end(), 0);
  count_ = min_ = max_ = 0;
  sum_ = 0;
}

double LogHistogram::mean() const { return count_ == 0 ? 0 : sum_ / static_cast<double>(count_); }

double LogHistogram::stddev() const {
  if (count_ == 0) return 0;
  const auto midpoint = [this](size_t bucket) {
    const int64_t low = bucket == 0 ? 0 : UpperEdge(bucket - 1) + 1;
    const double lowest = static_cast<double>(std::max(low, min_));
    return (lowest + static_cast<double>(std::min(UpperEdge(bucket), max_))) / 2;
  };
  const auto n = static_cast<double>(count_);
  double sum = 0;
  for (size_t i = 0; i < kBucketCount; ++i) {
    if (buckets_[i] != 0) sum += static_cast<double>(buckets_[i]) * midpoint(i);
  }
  double squares = 0;
  for (size_t i = 0; i < kBucketCount; ++i) {
    if (buckets_[i] == 0) continue;
    const double distance = midpoint(i) - sum / n;
    squares += static_cast<double>(buckets_[i]) * distance * distance;
  }
  return std::sqrt(squares / n);
}

int64_t LogHistogram::Quantile(double p) const {
  if (count_ == 0) return 0;
  const double wanted = std::ceil(std::clamp(p, 0.0, 1.0) * static_cast<double>(count_));
  const uint64_t rank = std::max<uint64_t>(1, static_cast<uint64_t>(wanted));
  uint64_t seen = 0;
  for (size_t i = 0; i < kBucketCount; ++i) {
    seen += buckets_[i];
    if (seen >= rank) return std::min(UpperEdge(i), max_);
  }
  return max_;
}

// "" when empty; else the version, varints of min and max, the sum's eight bytes (little endian),
// then for each non-empty bucket its distance from the one before and its count.
std::string LogHistogram::Serialize() const {
  std::string out;
  if (count_ == 0) return out;
  out.push_back(kFormatVersion);
  AppendVarint(static_cast<uint64_t>(min_), out);
  AppendVarint(static_cast<uint64_t>(max_), out);
  const auto sum_bits = std::bit_cast<uint64_t>(sum_);
  for (int i = 0; i < 8; ++i) out.push_back(static_cast<char>((sum_bits >> (8 * i)) & 0xff));
  size_t previous = 0;
  for (size_t i = 0; i < kBucketCount; ++i) {
    if (buckets_[i] == 0) continue;
    AppendVarint(i - previous, out);
    AppendVarint(buckets_[i], out);
    previous = i;
  }
  return out;
}

absl::StatusOr<LogHistogram> LogHistogram::Parse(std::string_view bytes) {
  LogHistogram histogram;
  if (bytes.empty()) return histogram;
  if (bytes.front() != kFormatVersion) return Malformed();
  bytes.remove_prefix(1);
  const std::optional<uint64_t> min = TakeVarint(bytes);
  const std::optional<uint64_t> max = TakeVarint(bytes);
  constexpr auto kMax = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  if (!min || !max || *min > *max || *max > kMax || bytes.size() < 8) return Malformed();
  uint64_t sum_bits = 0;
  for (int i = 0; i < 8; ++i) {
    sum_bits |= static_cast<uint64_t>(static_cast<uint8_t>(bytes[i])) << (8 * i);
  }
  bytes.remove_prefix(8);
  histogram.min_ = static_cast<int64_t>(*min);
  histogram.max_ = static_cast<int64_t>(*max);
  histogram.sum_ = std::bit_cast<double>(sum_bits);

  uint64_t total = 0;
  size_t bucket = 0;
  size_t first = kBucketCount;
  while (!bytes.empty()) {
    const std::optional<uint64_t> step = TakeVarint(bytes);
    const std::optional<uint64_t> count = TakeVarint(bytes);
    const bool repeated = first != kBucketCount && step && *step == 0;
    if (!step || !count || *count == 0 || repeated) return Malformed();
    if (*step >= kBucketCount - bucket || *count > kMax - total) return Malformed();
    bucket += *step;
    first = std::min(first, bucket);
    histogram.buckets_[bucket] = *count;
    total += *count;
  }
  const bool ends_match = first == BucketOf(histogram.min_) && bucket == BucketOf(histogram.max_);
  if (total == 0 || !ends_match || !(histogram.sum_ >= 0) || !std::isfinite(histogram.sum_)) {
    return Malformed();
  }
  histogram.count_ = static_cast<int64_t>(total);
  return histogram;
}

}  // namespace monsoon
