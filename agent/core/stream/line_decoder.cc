#include "agent/core/stream/line_decoder.h"

namespace monsoon {
namespace {

constexpr size_t kKeptCapacity = 1 << 20;

}  // namespace

size_t LineDecoder::Feed(std::string_view bytes, LineHandler& handler) {
  size_t at = 0;
  while (!too_long_ && at < bytes.size()) {
    const size_t lf = bytes.find('\n', at);
    const std::string_view piece = bytes.substr(at, lf == bytes.npos ? lf : lf - at);
    if (partial_.size() + piece.size() > max_line_bytes_) {
      too_long_ = true;
      partial_.clear();
      break;
    }
    if (lf == bytes.npos) {
      partial_.append(piece);
      break;
    }
    at = lf + 1;
    bool go_on = false;
    if (partial_.empty()) {
      go_on = handler.OnLine(piece);
    } else {
      partial_.append(piece);
      go_on = handler.OnLine(partial_);
      partial_.clear();
    }
    if (!go_on) return at;
  }
  return bytes.size();
}

void LineDecoder::Reset() {
  partial_.clear();
  if (partial_.capacity() > kKeptCapacity) std::string().swap(partial_);
  too_long_ = false;
}

}  // namespace monsoon
