// OpenAI's Responses route, which vLLM, LMDeploy, SGLang, trtllm-serve, llama.cpp and Ollama
// copied: typed events, and the terminal one repeats the whole answer.
#include "common/base/str_cat.h"
#include "tests/mock_engine/dialects/parts.h"

namespace monsoon::mock_engine {
namespace {

constexpr std::string_view kUsage =
    R"({"input_tokens":<prompt_tokens>,"input_tokens_details":{"cached_tokens":<cached_tokens>},)"
    R"("output_tokens":<tokens>,"output_tokens_details":{"reasoning_tokens":<reasoning_tokens>},)"
    R"("total_tokens":<total_tokens>})";

constexpr std::string_view kOutput =
    R"([<?thinks>{"id":"rs_<id>","type":"reasoning","summary":[],"content":)"
    R"([{"type":"reasoning_text","text":"<all_reasoning>"}]},</>)"
    R"({"id":"msg_<id>","type":"message","status":"completed","role":"assistant","content":)"
    R"([{"type":"output_text","text":"<all_content>","annotations":[]}]}])";

// `response` without its braces' end: status, error and details of how it ended.
std::string Finished() {
  return StrCat(R"("id":"resp_<id>","object":"response","created_at":<created>,)",
                R"("status":"<?stop>completed<:>incomplete</>","error":null,)",
                R"("incomplete_details":<?stop>null<:>{"reason":"max_output_tokens"}</>,)",
                R"("model":"<model>","output":)", kOutput, R"(,"usage":)", kUsage);
}

std::string Typed(std::string_view type, std::string_view members) {
  return NamedEvent(
      type, StrCat(R"({"type":")", type, R"(","sequence_number":<sequence>,)", members, "}"));
}

std::string Started(std::string_view type) {
  return Typed(
      type, R"("response":{"id":"resp_<id>","object":"response","created_at":<created>,)"
            R"("status":"in_progress","error":null,"model":"<model>","output":[],"usage":null})");
}

}  // namespace

Wire ResponsesWire() {
  Wire wire;
  wire.request = {.prompt = {"/input"}, .limits = {"/max_output_tokens"}};
  const std::string place =
      R"("item_id":"msg_<id>","output_index":<?thinks>1<:>0</>,"content_index":0,)";
  wire.early = Started("response.created") + Started("response.in_progress");
  wire.opening =
      StrCat(Typed("response.output_item.added",
                   R"("output_index":<?thinks>1<:>0</>,"item":{"id":"msg_<id>","type":"message",)"
                   R"("status":"in_progress","role":"assistant","content":[]})"),
             Typed("response.content_part.added",
                   StrCat(place, R"("part":{"type":"output_text","text":"","annotations":[]})")));
  wire.token = StrCat(
      "<?thinking>",
      Typed("response.reasoning_text.delta",
            R"("item_id":"rs_<id>","output_index":0,"content_index":0,"delta":"<text>")"),
      "<:>",
      Typed("response.output_text.delta", StrCat(place, R"("delta":"<text>","obfuscation":"aQ")")),
      "</>");
  wire.finish = Typed("response.output_text.done", StrCat(place, R"("text":"<all_content>")"));
  const std::string ended = StrCat(R"("response":{)", Finished(), "}");
  wire.done = StrCat("<?stop>", Typed("response.completed", ended), "<:>",
                     Typed("response.incomplete", ended), "</>");
  wire.error = Typed("error", R"("code":"<type>","message":"<message>","param":null)");
  wire.whole_begin = StrCat("{", Finished(), "}");
  return wire;
}

}  // namespace monsoon::mock_engine
