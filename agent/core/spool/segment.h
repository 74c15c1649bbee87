// The files of a spool: a magic line, then entries that are only ever appended.
//
//   entry = length of the payload (u32), kind (u8), sequence (u64), checksum (u64), payload
//
// Little-endian; the checksum is XXH3-64 of the 13 bytes before it and of the payload. A process
// that is killed while it writes leaves a torn last entry, which its length or its checksum gives
// away: what stands before it is whole.
//
// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace monsoon {

enum class EntryKind : uint8_t {
  kSession = 1,       // whose spool it is: EncodeSession; the first entry of every file
  kBatch = 2,         // a RecordBatch of that sequence, serialised
  kCaseDone = 3,      // a CaseDone, serialised; the sequence is that of its case's last batch
  kAcknowledged = 4,  // everything up to that sequence was acknowledged; no payload
};

struct SegmentEntry {
  EntryKind kind = EntryKind::kBatch;
  uint64_t sequence = 0;
  std::string_view payload;
};

inline constexpr std::string_view kSegmentMagic = "monsoon spool 1\n";
inline constexpr int64_t kEntryHeaderBytes = 4 + 1 + 8 + 8;

std::string EncodeEntry(EntryKind kind, uint64_t sequence, std::string_view payload);
// The entry that `bytes` begins with; nullopt when it is cut or damaged. It refers to `bytes`.
std::optional<SegmentEntry> DecodeEntry(std::string_view bytes);

struct Segment {
  std::vector<SegmentEntry> entries;
  bool whole = true;  // nothing follows that could not be read
};
// Every entry up to the first that is cut or damaged. They refer to `bytes`.
Segment DecodeSegment(std::string_view bytes);

// Whose spool a folder is.
struct SpoolSession {
  std::string run_id;
  std::string instance_id;
  uint64_t epoch = 0;
  std::string hostname;

  bool operator==(const SpoolSession&) const = default;
};
std::string EncodeSession(const SpoolSession& session);
std::optional<SpoolSession> DecodeSession(std::string_view payload);

}  // namespace monsoon
