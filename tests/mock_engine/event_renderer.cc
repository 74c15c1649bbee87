#include "tests/mock_engine/event_renderer.h"

#include "common/base/str_cat.h"
#include "tests/mock_engine/lmdeploy_renderer.h"
#include "tests/mock_engine/vllm_renderer.h"
#include "tests/mock_engine/vocabulary.h"

namespace monsoon::mock_engine {

std::unique_ptr<EventRenderer> MakeRenderer(Dialect dialect, const AnswerIdentity& identity) {
  if (dialect == Dialect::kLmdeploy) return std::make_unique<LmdeployRenderer>(identity);
  return std::make_unique<VllmRenderer>(identity);
}

std::string ErrorBody(Dialect dialect, const EngineError& error) {
  if (dialect == Dialect::kLmdeploy) {
    return StrCat("{\"message\": ", JsonString(error.message, true),
                  ", \"type\": ", JsonString(error.type), ", \"code\": ", error.status,
                  ", \"param\": null, \"object\": \"error\"}");
  }
  if (error.status == 401) return R"({"error":"Unauthorized"})";
  return StrCat("{\"error\":{\"message\":", JsonString(error.message),
                ",\"type\":", JsonString(error.type), ",\"param\":null,\"code\":", error.status,
                "}}");
}

void AppendWords(int64_t first, int64_t count, bool ascii_only, std::string* out) {
  for (int64_t i = first; i < first + count; ++i) out->append(EscapedWord(i, ascii_only));
}

}  // namespace monsoon::mock_engine
