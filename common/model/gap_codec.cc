#include "common/model/gap_codec.h"

#include "common/base/str_cat.h"

namespace monsoon {

void AppendGap(Gap gap, std::string& blob) {
  uint64_t value = (static_cast<uint64_t>(gap.gap_ns) << 1) | (gap.same_read ? 1u : 0u);
  while (value >= 0x80) {
    blob.push_back(static_cast<char>((value & 0x7f) | 0x80));
    value >>= 7;
  }
  blob.push_back(static_cast<char>(value));
}

absl::StatusOr<std::vector<Gap>> DecodeGaps(std::string_view blob) {
  std::vector<Gap> gaps;
  absl::Status status = DecodeGaps(blob, gaps);
  if (!status.ok()) return status;
  return gaps;
}

absl::Status DecodeGaps(std::string_view blob, std::vector<Gap>& gaps) {
  gaps.clear();
  uint64_t value = 0;
  int shift = 0;
  for (size_t i = 0; i < blob.size(); ++i) {
    const auto byte = static_cast<uint8_t>(blob[i]);
    if (shift > 63 || (shift == 63 && byte > 1)) {
      return absl::DataLossError(StrCat("gaps: varint of over 64 bits at byte ", i));
    }
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    shift += 7;
    if ((byte & 0x80) != 0) continue;
    gaps.push_back({static_cast<int64_t>(value >> 1), (value & 1) != 0});
    value = 0;
    shift = 0;
  }
  if (shift != 0) return absl::DataLossError("gaps: the last varint is cut off");
  return absl::OkStatus();
}

}  // namespace monsoon
