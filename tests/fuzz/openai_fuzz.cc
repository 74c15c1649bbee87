// Any answer, read as each dialect of the OpenAI family reads it: chat and completions, Responses,
// Messages, embeddings, rerank (check_answer.h says what must hold).
#include <cstdint>
#include <memory>
#include <string_view>

#include "agent/core/engine/dialect/chat_payload.h"
#include "agent/core/engine/dialect/messages_payload.h"
#include "agent/core/engine/dialect/responses_payload.h"
#include "agent/core/engine/dialect/result_payload.h"
#include "tests/fuzz/check_answer.h"

namespace monsoon {
namespace {

std::unique_ptr<PayloadReader> NewReader(uint8_t choice, JsonEvent* event) {
  switch (choice % 8) {
    case 0:
      return std::make_unique<ResponsesPayload>(event);
    case 1:
      return std::make_unique<MessagesPayload>(event);
    case 2:
      return std::make_unique<ResultPayload>(ResultKind::kEmbeddings, event);
    case 3:
      return std::make_unique<ResultPayload>(ResultKind::kRerank, event);
    default:
      return std::make_unique<ChatPayload>(event);
  }
}

void Check(std::string_view input) {
  if (input.size() < 3) return;
  JsonEvent event;
  CheckAnswer(NewReader(static_cast<uint8_t>(static_cast<uint8_t>(input[0]) >> 3), &event), input);
}

}  // namespace
}  // namespace monsoon

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  monsoon::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
