// Anthropic's Messages route, which vLLM, LMDeploy, SGLang, llama.cpp and Ollama copied: typed
// events, pings, blanks behind the JSON, and counts at two places.
#include "common/base/str_cat.h"
#include "tests/mock_engine/dialects/parts.h"

namespace monsoon::mock_engine {
namespace {

constexpr std::string_view kInputUsage =
    R"("input_tokens":<uncached_tokens>,"cache_creation_input_tokens":0,)"
    R"("cache_read_input_tokens":<cached_tokens>)";

constexpr std::string_view kStopReason = R"("<?tool>tool_use<:><finish></>")";

std::string Typed(std::string_view type, std::string_view members, std::string_view blanks = "") {
  return StrCat("event: ", type, "\ndata: ", R"({"type":")", type, "\"", members, "}", blanks,
                "\n\n");
}

std::string Delta(std::string_view index, std::string_view delta) {
  return Typed("content_block_delta", StrCat(R"(,"index":)", index, R"(,"delta":{)", delta, "}"),
               "   ");
}

}  // namespace

Wire MessagesWire() {
  Wire wire;
  wire.request = {.prompt = {"/messages", "/system"}, .limit_needed = true};
  wire.stop = "end_turn";
  wire.length = "max_tokens";
  const std::string_view index = "<?thinks>1<:>0</>";
  const std::string text_start = StrCat(
      R"(,"index":)", index, R"(,"content_block":<?tool>{"type":"tool_use","id":"toolu_<id>",)",
      R"("name":"get_weather","input":{}}<:>{"type":"text","text":""}</>)");
  wire.early = StrCat(
      Typed("message_start",
            StrCat(R"(,"message":{"id":"msg_<id>","type":"message","role":"assistant",)",
                   R"("model":"<model>","content":[],"stop_reason":null,)",
                   R"("stop_sequence":null,"usage":{)", kInputUsage, R"(,"output_tokens":1}})")),
      "event: ping\ndata: {\"type\": \"ping\"}\n\n");
  wire.opening = StrCat("<?thinks>",
                        Typed("content_block_start",
                              R"(,"index":0,"content_block":{"type":"thinking","thinking":""})"),
                        "</>", Typed("content_block_start", text_start));
  wire.token =
      StrCat("<?thinking>", Delta("0", R"("type":"thinking_delta","thinking":"<text>")"), "<:>",
             Delta(index, R"(<?tool>"type":"input_json_delta","partial_json":"<text>"<:>)"
                          R"("type":"text_delta","text":"<text>"</>)"),
             "</>");
  wire.finish =
      StrCat(Typed("content_block_stop", StrCat(R"(,"index":)", index)),
             Typed("message_delta",
                   StrCat(R"(,"delta":{"stop_reason":)", kStopReason,
                          R"(,"stop_sequence":null},"usage":{"output_tokens":<tokens>})")));
  wire.done = Typed("message_stop", "");
  wire.error =
      "event: error\ndata: "
      R"({"type":"error","error":{"type":"<type>","message":"<message>"}})"
      "\n\n";
  wire.heartbeat = "event: ping\ndata: {\"type\": \"ping\"}\n\n";
  wire.whole_begin = StrCat(
      R"({"id":"msg_<id>","type":"message","role":"assistant","model":"<model>","content":[)",
      R"(<?thinks>{"type":"thinking","thinking":"<all_reasoning>","signature":""},</>)",
      R"({"type":"text","text":"<all_content>"}],"stop_reason":)", kStopReason,
      R"(,"stop_sequence":null,"usage":{)", kInputUsage, R"(,"output_tokens":<tokens>}})");
  return wire;
}

}  // namespace monsoon::mock_engine
