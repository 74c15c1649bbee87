#include "tests/mock_engine/whole_answer.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "common/base/str_cat.h"
#include "tests/mock_engine/http_body.h"

namespace monsoon::mock_engine {
namespace {

constexpr size_t kLongBodyBytes = 3 * 1024 * 1024;
constexpr std::string_view kJson = "application/json";

}  // namespace

WholeAnswer::WholeAnswer(TokenScript script, AnswerWriter writer, WholePlan plan)
    : script_(std::move(script)), writer_(std::move(writer)), plan_(std::move(plan)) {}

int64_t WholeAnswer::Begin(int64_t start_ns) {
  int64_t due_ns = start_ns + script_.ttft_ns();
  while (!script_.done()) {
    if (!script_.NextChunk().last) due_ns += script_.NextGapNs();
  }
  return due_ns;
}

Step WholeAnswer::Next(int64_t) {
  if (plan_.faults.main() == Fault::kHangBeforeFirstToken) return {.after = Step::After::kHang};
  response_ = Response();
  return EndStep();
}

std::string WholeAnswer::Response() {
  BodyForm form = FormOf(plan_.faults, false);
  if (form.framing == BodyForm::Framing::kChunked) form.framing = BodyForm::Framing::kContentLength;
  HttpBody body(form);
  body.Clear();
  body.payload().append(Body());
  const std::string bytes(body.Finish(true));
  return body.Head(plan_.status, kJson, plan_.keep_alive, bytes.size()) + bytes;
}

std::string WholeAnswer::Body() {
  if (plan_.status != 200) return plan_.error_body;
  std::string body = writer_.Whole();
  if (plan_.faults.main() == Fault::kBadJson) body.resize(body.size() / 2);
  if (plan_.faults.main() == Fault::kLongLine && body.ends_with('}')) {
    body.pop_back();
    absl::StrAppend(&body, ",\"padding\":\"", std::string(kLongBodyBytes, 'x'), "\"}");
  }
  return body;
}

Step WholeAnswer::EndStep() {
  const std::string_view all = response_;
  const std::string_view half = all.substr(0, all.size() / 2);
  switch (plan_.faults.main()) {
    case Fault::kTruncate:
      return {.bytes = half, .after = Step::After::kClose};
    case Fault::kCut:
      return {.bytes = all.substr(0, 1 + plan_.random.Below(all.size() - 1)),
              .after = Step::After::kClose};
    case Fault::kCutEnd:
      return {.bytes = all.substr(0, all.size() - 1), .after = Step::After::kClose};
    case Fault::kReset:
      return {.bytes = half, .after = Step::After::kReset};
    case Fault::kResetAfterHeaders:
      return {.bytes = all.substr(0, all.find("\r\n\r\n") + 4), .after = Step::After::kReset};
    case Fault::kHangMidStream:
      return {.bytes = half, .after = Step::After::kHang};
    default:
      return {
          .bytes = all, .tokens = writer_.usage().completion_tokens, .after = Step::After::kEnd};
  }
}

}  // namespace monsoon::mock_engine
