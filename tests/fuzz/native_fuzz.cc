// Any answer, read as the native routes read theirs: by pointers, as events, lines or a document,
// delta or cumulative (check_answer.h says what must hold).
#include <cstdint>
#include <iterator>
#include <memory>
#include <string_view>
#include <utility>

#include "agent/core/engine/dialect/raw_dialect.h"
#include "agent/core/engine/pointer/pointer_payload.h"
#include "tests/fuzz/check_answer.h"

namespace monsoon {
namespace {

constexpr Dialect kDialects[] = {Dialect::kTritonEnsemble, Dialect::kTgi,
                                 Dialect::kLmdeploy,       Dialect::kSglang,
                                 Dialect::kLlamaCpp,       Dialect::kOllamaGenerate,
                                 Dialect::kMiiGenerate,    Dialect::kMiiGateway};

// Pointers of every role, on top of each other, with text that is sent whole.
constexpr PointerRow kEverything[] = {
    {Role::kText, "/t"},         {Role::kText, "/a/*/t"},        {Role::kReasoning, "/a/0/r"},
    {Role::kTool, "/a/1"},       {Role::kFinish, "/f"},          {Role::kOutputTokens, "/n"},
    {Role::kEventTokens, "/e"},  {Role::kTokenList, "/l"},       {Role::kError, "/x"},
    {Role::kDone, "/d"},         {Role::kHidden, "/h"},          {Role::kInputTokens, "/a/2/~1"},
    {Role::kCachedTokens, "/c"}, {Role::kReasoningTokens, "/c"}, {Role::kTokenMark, "/t"}};

std::shared_ptr<const AnswerSpec> MakeSpec(uint8_t choice) {
  AnswerSpec spec;
  const size_t index = choice & 15;
  if (index < std::size(kDialects)) {
    const RawDialect& dialect = *FindRawDialect(kDialects[index]);
    spec.event = PointerTree::Build(dialect.event).value();
    spec.document = PointerTree::Build(dialect.document).value();
    spec.mode = dialect.mode;
    spec.end = dialect.end;
    spec.lines = dialect.lines;
  } else {
    spec.event = spec.document = PointerTree::Build(kEverything).value();
    spec.mode = static_cast<TextMode>(index % 3);
    spec.end = static_cast<EndRule>(index % 3);
    spec.lines = (index & 1) != 0;
  }
  return std::make_shared<const AnswerSpec>(std::move(spec));
}

void Check(std::string_view input) {
  if (input.size() < 3) return;
  JsonEvent event;
  CheckAnswer(std::make_unique<PointerPayload>(
                  MakeSpec(static_cast<uint8_t>(static_cast<uint8_t>(input[0]) >> 3)), &event),
              input);
}

}  // namespace
}  // namespace monsoon

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  monsoon::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
