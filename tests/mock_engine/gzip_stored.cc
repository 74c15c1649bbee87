#include "tests/mock_engine/gzip_stored.h"

#include <algorithm>
#include <array>

namespace monsoon::mock_engine {
namespace {

constexpr size_t kMostPerBlock = 65535;

std::array<uint32_t, 256> MakeCrcTable() {
  std::array<uint32_t, 256> table;
  for (uint32_t i = 0; i < table.size(); ++i) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0xEDB88320u : 0);
    table[i] = value;
  }
  return table;
}

uint32_t AddToCrc(uint32_t crc, std::string_view bytes) {
  static const std::array<uint32_t, 256> kTable = MakeCrcTable();
  crc = ~crc;
  for (const char byte : bytes) {
    crc = (crc >> 8) ^ kTable[(crc ^ static_cast<unsigned char>(byte)) & 0xFF];
  }
  return ~crc;
}

void AppendLittleEndian(uint32_t value, int bytes, std::string* out) {
  for (int i = 0; i < bytes; ++i) out->push_back(static_cast<char>(value >> (8 * i)));
}

void AppendBlock(std::string_view bytes, bool last, std::string* out) {
  const auto size = static_cast<uint32_t>(bytes.size());
  out->push_back(last ? '\1' : '\0');
  AppendLittleEndian(size, 2, out);
  AppendLittleEndian(~size, 2, out);
  out->append(bytes);
}

}  // namespace

void GzipStored::Begin(std::string* out) {
  if (!begun_) out->append("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff", 10);
  begun_ = true;
}

void GzipStored::Append(std::string_view bytes, std::string* out) {
  Begin(out);
  crc_ = AddToCrc(crc_, bytes);
  bytes_ += static_cast<uint32_t>(bytes.size());
  while (!bytes.empty()) {
    const size_t piece = std::min(bytes.size(), kMostPerBlock);
    AppendBlock(bytes.substr(0, piece), false, out);
    bytes.remove_prefix(piece);
  }
}

void GzipStored::Finish(std::string* out) {
  Begin(out);
  AppendBlock("", true, out);
  AppendLittleEndian(crc_, 4, out);
  AppendLittleEndian(bytes_, 4, out);
}

}  // namespace monsoon::mock_engine
