#include "agent/core/spool/segment.h"

#include <xxhash.h>

namespace monsoon {
namespace {

constexpr size_t kCheckedBytes = 4 + 1 + 8;  // of the header

template <typename Number>
void Append(Number number, std::string& out) {
  for (size_t i = 0; i < sizeof(Number); ++i) {
    out.push_back(static_cast<char>(static_cast<uint64_t>(number) >> (8 * i) & 0xff));
  }
}

// REQUIRES: bytes holds that many.
template <typename Number>
Number Take(std::string_view& bytes) {
  uint64_t number = 0;
  for (size_t i = 0; i < sizeof(Number); ++i) {
    number |= uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  bytes.remove_prefix(sizeof(Number));
  return static_cast<Number>(number);
}

uint64_t Checksum(std::string_view header, std::string_view payload) {
  const uint64_t seed = XXH3_64bits(header.data(), header.size());
  return XXH3_64bits_withSeed(payload.data(), payload.size(), seed);
}

void AppendText(std::string_view text, std::string& out) {
  Append(static_cast<uint32_t>(text.size()), out);
  out.append(text);
}

bool TakeText(std::string_view& bytes, std::string& text) {
  if (bytes.size() < sizeof(uint32_t)) return false;
  const auto size = Take<uint32_t>(bytes);
  if (bytes.size() < size) return false;
  text = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return true;
}

}  // namespace

std::string EncodeEntry(EntryKind kind, uint64_t sequence, std::string_view payload) {
  std::string out;
  out.reserve(static_cast<size_t>(kEntryHeaderBytes) + payload.size());
  Append(static_cast<uint32_t>(payload.size()), out);
  Append(static_cast<uint8_t>(kind), out);
  Append(sequence, out);
  Append(Checksum(out, payload), out);
  out.append(payload);
  return out;
}

std::optional<SegmentEntry> DecodeEntry(std::string_view bytes) {
  if (bytes.size() < static_cast<size_t>(kEntryHeaderBytes)) return std::nullopt;
  const std::string_view header = bytes.substr(0, kCheckedBytes);
  const auto size = Take<uint32_t>(bytes);
  SegmentEntry entry;
  entry.kind = static_cast<EntryKind>(Take<uint8_t>(bytes));
  entry.sequence = Take<uint64_t>(bytes);
  const auto checksum = Take<uint64_t>(bytes);
  if (bytes.size() < size) return std::nullopt;
  entry.payload = bytes.substr(0, size);
  if (Checksum(header, entry.payload) != checksum) return std::nullopt;
  return entry;
}

Segment DecodeSegment(std::string_view bytes) {
  Segment segment;
  if (bytes.substr(0, kSegmentMagic.size()) != kSegmentMagic) {
    segment.whole = false;
    return segment;
  }
  bytes.remove_prefix(kSegmentMagic.size());
  while (!bytes.empty()) {
    const std::optional<SegmentEntry> entry = DecodeEntry(bytes);
    if (!entry) {
      segment.whole = false;
      break;
    }
    bytes.remove_prefix(static_cast<size_t>(kEntryHeaderBytes) + entry->payload.size());
    segment.entries.push_back(*entry);
  }
  return segment;
}

std::string EncodeSession(const SpoolSession& session) {
  std::string out;
  AppendText(session.run_id, out);
  AppendText(session.instance_id, out);
  AppendText(session.hostname, out);
  Append(session.epoch, out);
  return out;
}

std::optional<SpoolSession> DecodeSession(std::string_view payload) {
  SpoolSession session;
  if (!TakeText(payload, session.run_id) || !TakeText(payload, session.instance_id) ||
      !TakeText(payload, session.hostname) || payload.size() != sizeof(uint64_t)) {
    return std::nullopt;
  }
  session.epoch = Take<uint64_t>(payload);
  return session;
}

}  // namespace monsoon
