#include "tests/mock_engine/dialects/parts.h"

#include <utility>

#include "common/base/str_cat.h"

namespace monsoon::mock_engine {
namespace {

constexpr std::string_view kVector = "[0.25,-0.5,0.125,0.0625,-0.75,0.5,-0.125,1.0]";

}  // namespace

std::string Event(std::string_view json) { return StrCat("data: ", json, "\n\n"); }

std::string NamedEvent(std::string_view type, std::string_view json) {
  return StrCat("event: ", type, "\ndata: ", json, "\n\n");
}

Wire TokenizerWire(std::vector<std::string> prompt, std::string_view answer) {
  Wire wire;
  wire.request = {.stream = RequestShape::Stream::kNever, .model = "", .prompt = std::move(prompt)};
  wire.generates = false;
  wire.tokenizes = true;
  wire.whole_begin = answer;
  return wire;
}

RequestShape ChatShape() {
  RequestShape shape;
  shape.limits = {"/max_tokens", "/max_completion_tokens"};
  shape.flags = {{Flag::kUsage, "/stream_options/include_usage"},
                 {Flag::kContinuous, "/stream_options/continuous_usage_stats"}};
  shape.stream_options = true;
  shape.items = "/n";
  return shape;
}

RequestShape CompletionShape() {
  RequestShape shape = ChatShape();
  shape.prompt = {"/prompt"};
  shape.limits = {"/max_tokens"};
  return shape;
}

void SetWholeChat(std::string_view message_more, std::string_view choice_more, Wire* wire) {
  wire->whole_begin =
      R"({"id":"chatcmpl-<id>","object":"chat.completion","created":<created>,"model":"<model>",)"
      R"("choices":[)";
  wire->whole_item =
      StrCat(R"({"index":<item>,"message":{"role":"assistant","content":"<all_content>")",
             R"(<?thinks>,"<reasoning_field>":"<all_reasoning>"</>)", message_more,
             R"(},"logprobs":null,"finish_reason":"<finish>")", choice_more, "}");
  wire->whole_end = StrCat(R"(],"usage":)", kUsageObject, "}");
}

void SetWholeCompletion(std::string_view choice_more, Wire* wire) {
  wire->whole_begin =
      R"({"id":"cmpl-<id>","object":"text_completion","created":<created>,"model":"<model>",)"
      R"("choices":[)";
  wire->whole_item = StrCat(R"({"index":<item>,"text":"<all_content>","logprobs":null,)",
                            R"("finish_reason":"<finish>")", choice_more, "}");
  wire->whole_end = StrCat(R"(],"usage":)", kUsageObject, "}");
}

void SetStream(const ChunkTexts& texts, std::string_view usage_object, Wire* wire) {
  const auto chunk = [&](std::string_view choice) {
    return choice.empty() ? std::string()
                          : Event(StrCat(texts.head, "\"choices\":[", choice, "]", texts.tail));
  };
  wire->opening = chunk(texts.opening);
  wire->token = chunk(texts.token);
  wire->finish = chunk(texts.finish);
  wire->usage = usage_object.empty()
                    ? std::string()
                    : Event(StrCat(texts.head, R"("choices":[],"usage":)", usage_object, "}"));
  wire->done = kDone;
}

Wire PlainChat() {
  Wire wire;
  wire.request = ChatShape();
  SetStream(
      {.head = R"({"id":"chatcmpl-<id>","object":"chat.completion.chunk","created":<created>,)"
               R"("model":"<model>",)",
       .tail = "}",
       .opening = R"({"index":<item>,"delta":{"role":"assistant","content":""},)"
                  R"("logprobs":null,"finish_reason":null})",
       .token = R"({"index":<item>,"delta":{"<field>":"<text>"},"logprobs":null,)"
                R"("finish_reason":<?last>"<finish>"<:>null</>})"},
      kUsageObject, &wire);
  SetWholeChat("", "", &wire);
  return wire;
}

Wire PlainCompletions() {
  Wire wire;
  wire.request = CompletionShape();
  wire.reasoning = false;
  SetStream({.head = R"({"id":"cmpl-<id>","object":"text_completion","created":<created>,)"
                     R"("model":"<model>",)",
             .tail = "}",
             .token = R"({"index":<item>,"text":"<text>","logprobs":null,)"
                      R"("finish_reason":<?last>"<finish>"<:>null</>})"},
            kUsageObject, &wire);
  SetWholeCompletion("", &wire);
  return wire;
}

Wire EmbeddingsWire() {
  Wire wire;
  wire.generates = false;
  wire.request = {.stream = RequestShape::Stream::kNever,
                  .prompt = {"/input"},
                  .limits = {},
                  .items = "/input"};
  wire.whole_begin = R"({"object":"list","data":[)";
  wire.whole_item = StrCat(R"({"object":"embedding","index":<item>,"embedding":)", kVector, "}");
  wire.whole_end = R"(],"model":"<model>",)"
                   R"("usage":{"prompt_tokens":<prompt_tokens>,"total_tokens":<prompt_tokens>}})";
  return wire;
}

Wire RerankWire() {
  Wire wire;
  wire.generates = false;
  wire.request = {.stream = RequestShape::Stream::kNever,
                  .prompt = {"/query", "/documents"},
                  .limits = {},
                  .items = "/documents"};
  wire.whole_begin = R"({"id":"rerank-<id>","model":"<model>",)"
                     R"("usage":{"prompt_tokens":<prompt_tokens>,"total_tokens":<prompt_tokens>},)"
                     R"("results":[)";
  wire.whole_item = R"({"index":<item>,"relevance_score":<score>})";
  wire.whole_end = "]}";
  return wire;
}

Page ModelsPage(std::string_view path, std::string_view owner) {
  return {.path = std::string(path),
          .body = StrCat(R"({"object":"list","data":[{"id":"<model>","object":"model",)",
                         R"("created":0,"owned_by":")", owner,
                         R"(","parent":null,"max_model_len":1048576}]})")};
}

}  // namespace monsoon::mock_engine
