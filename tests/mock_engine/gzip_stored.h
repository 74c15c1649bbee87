// gzip without compression (RFC 1952 around stored blocks of RFC 1951): what a server sends that
// compresses although nobody asked, in pieces that can be read as they come.
//
// Pure; one per body.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace monsoon::mock_engine {

class GzipStored {
 public:
  // Appends `bytes` as blocks; in front of the first ones, the header.
  void Append(std::string_view bytes, std::string* out);

  // Appends the end: the last block, the checksum, the length.
  void Finish(std::string* out);

 private:
  void Begin(std::string* out);

  bool begun_ = false;
  uint32_t crc_ = 0;
  uint32_t bytes_ = 0;
};

}  // namespace monsoon::mock_engine
