#include "tests/mock_engine/whole_answer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "tests/mock_engine/http_response.h"

namespace monsoon::mock_engine {
namespace {

constexpr size_t kLongBodyBytes = 3 * 1024 * 1024;

}  // namespace

WholeAnswer::WholeAnswer(TokenScript script, std::unique_ptr<EventRenderer> renderer, Usage usage,
                         int64_t reasoning_tokens, Dialect dialect, Fault fault, bool keep_alive)
    : script_(std::move(script)),
      renderer_(std::move(renderer)),
      usage_(usage),
      reasoning_tokens_(std::min(reasoning_tokens, script_.tokens())),
      dialect_(dialect),
      fault_(fault),
      keep_alive_(keep_alive) {}

int64_t WholeAnswer::Begin(int64_t start_ns) {
  int64_t due_ns = start_ns + script_.ttft_ns();
  while (!script_.done()) {
    if (!script_.NextChunk().last) due_ns += script_.NextGapNs();
  }
  return due_ns;
}

Step WholeAnswer::Next(int64_t) {
  if (fault_ == Fault::kHangBeforeFirstToken) return {.after = Step::After::kHang};
  response_ = WholeResponse(status(), "application/json", Body(), keep_alive_);
  return EndStep();
}

std::string WholeAnswer::Body() {
  if (fault_ == Fault::kErrorInStream) {
    return ErrorBody(dialect_, {500, "InternalServerError", "EngineCore died"});
  }
  const bool empty = fault_ == Fault::kEmpty;
  usage_.completion_tokens = empty ? 0 : script_.tokens();
  std::string body = renderer_->WholeAnswer(empty ? 0 : reasoning_tokens_,
                                            script_.stopped_by_limit() ? "length" : "stop", usage_);
  if (fault_ == Fault::kBadJson) body.resize(body.size() / 2);
  if (fault_ == Fault::kLongLine) {
    body.pop_back();
    absl::StrAppend(&body, ",\"padding\":\"", std::string(kLongBodyBytes, 'x'), "\"}");
  }
  return body;
}

Step WholeAnswer::EndStep() const {
  const std::string_view half = std::string_view(response_).substr(0, response_.size() / 2);
  switch (fault_) {
    case Fault::kTruncate:
      return {.bytes = half, .after = Step::After::kClose};
    case Fault::kReset:
      return {.bytes = half, .after = Step::After::kReset};
    case Fault::kHangMidStream:
      return {.bytes = half, .after = Step::After::kHang};
    default:
      return {.bytes = response_, .tokens = usage_.completion_tokens, .after = Step::After::kEnd};
  }
}

}  // namespace monsoon::mock_engine
