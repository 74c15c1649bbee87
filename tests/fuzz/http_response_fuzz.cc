// Property: however the bytes of a response are cut, the parser reports the same head, body, end
// and error; a body is never longer than what came; and a parser that has read anything at all
// reads the next response like a new one. Input: style of the cuts, the response.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "tests/agent/http1/read_response.h"
#include "tests/fuzz/cut_reads.h"

namespace monsoon {
namespace {

constexpr std::string_view kNext = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

void Check(std::string_view input) {
  if (input.empty()) return;
  const auto style = static_cast<uint8_t>(input[0]);
  const std::string_view bytes = input.substr(1);
  ResponseParser parser;
  const SeenResponse whole = ReadResponse(parser, {bytes});
  Demand(ReadResponse(parser, CutReads(bytes, 0)) == whole);
  Demand(ReadResponse(parser, CutReads(bytes, style)) == whole);
  Demand(whole.body.size() + whole.rest.size() <= bytes.size());
  Demand(whole.ended + whole.ended_by_close + (whole.error_class != ErrorClass::kNone) == 1);
  Demand(whole.error.empty() == (whole.error_class == ErrorClass::kNone));
  if (whole.ended && whole.content_length.has_value() && !whole.body.empty()) {
    Demand(whole.body.size() == *whole.content_length);
  }
  ResponseParser fresh;
  Demand(ReadResponse(parser, {kNext}) == ReadResponse(fresh, {kNext}));
}

}  // namespace
}  // namespace monsoon

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  monsoon::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
