// Property: however the bytes are cut, the decoder reports the same events, comments and end, and
// what it reports stays within its limits. Input: limit, style of the cuts, the body.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "agent/core/stream/sse_decoder.h"
#include "tests/agent/stream/recording_handler.h"
#include "tests/fuzz/cut_reads.h"

namespace monsoon {
namespace {

using Outcome = std::tuple<std::vector<SeenEvent>, std::vector<std::string>, SseEnd, bool>;

Outcome Decode(SseDecoder& decoder, const std::vector<std::string_view>& reads) {
  decoder.Reset();
  RecordingHandler handler;
  for (const std::string_view bytes : reads) {
    // A heap copy of exact size, so that AddressSanitizer sees every byte read too far or too late.
    const std::vector<char> read(bytes.begin(), bytes.end());
    decoder.Feed({read.data(), read.size()}, handler);
  }
  const SseEnd end = decoder.Finish(handler);
  return {handler.events, handler.comments, end, decoder.too_long()};
}

void Check(std::string_view input) {
  if (input.size() < 2) return;
  const size_t limit = 1u + static_cast<uint8_t>(input[0]);
  const auto style = static_cast<uint8_t>(input[1]);
  const std::string_view body = input.substr(2);
  SseDecoder decoder(limit);
  const Outcome whole = Decode(decoder, {body});
  if (Decode(decoder, CutReads(body, 0)) != whole) std::abort();
  if (Decode(decoder, CutReads(body, style)) != whole) std::abort();
  for (const SeenEvent& event : std::get<0>(whole)) {
    if (event.data.size() + event.error.size() > limit) std::abort();
  }
  for (const std::string& comment : std::get<1>(whole)) {
    if (comment.size() > SseDecoder::kMaxCommentBytes) std::abort();
  }
}

}  // namespace
}  // namespace monsoon

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  monsoon::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
