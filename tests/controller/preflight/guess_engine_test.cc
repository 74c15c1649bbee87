// Answers of every protocol, as the wire-protocol reference has them, and whose they are.
#include "controller/core/preflight/guess_engine.h"

#include <gtest/gtest.h>

namespace monsoon {
namespace {

struct Sample {
  const char* type;  // "": nobody's
  const char* route;
  const char* body;
};

constexpr Sample kSamples[] = {
    {"triton", "native",
     R"(data: {"context_logits":0.0,"model_name":"ensemble","model_version":"1","text_output":"Hi"})"},
    {"tgi", "native",
     R"(data:{"index":1,"token":{"id":1,"text":"Hi","special":false},"generated_text":null})"},
    {"tgi", "native", R"([{"generated_text":"Hi"}])"},
    {"tgi", "native", R"({"error":"Model is overloaded","error_type":"overloaded"})"},
    {"tgi", "native",
     "Failed to deserialize the JSON body into the target type: missing field `inputs`"},
    {"deepspeed-mii", "native",
     R"([{"generated_text":"Hi","prompt_length":3,"generated_length":4,"finish_reason":"length"}])"},
    {"deepspeed-mii", "native", "data: {\"text\": [\"Hi\"]}\n\n"},
    {"sglang", "native",
     R"(data: {"text":"Hi","output_ids":[1],"meta_info":{"id":"r-1","finish_reason":null,)"
     R"("prompt_tokens":3,"weight_version":"default","completion_tokens":1}})"},
    {"lmdeploy", "native",
     R"(data: {"text": "Hi", "output_ids": [9906], "meta_info": {"prompt_tokens": 3}})"},
    {"llama.cpp", "native",
     R"(data: {"index":0,"content":"Hi","tokens":[],"stop":false,"id_slot":-1})"},
    {"llama.cpp", "native", R"({"content":"Hi","tokens_predicted":1,"tokens_evaluated":3})"},
    {"ollama", "native",
     R"({"model":"m","created_at":"2026-02-02T02:40:00Z","message":{"content":"Hi"},"done":false})"},
    {"anthropic", "messages",
     "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{}}\n"},
    {"anthropic", "messages",
     R"({"id":"msg_1","type": "message","role":"assistant","stop_reason":"end_turn"})"},
    {"anthropic", "messages",
     R"({"type":"error","error":{"type":"not_found_error","message":"no"},"request_id":"r"})"},
    {"openai", "responses",
     "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{}}\n"},
    {"openai", "chat",
     R"(data: {"id":"c","object":"chat.completion.chunk","choices":[{"delta":{"content":"Hi"}}]})"},
    {"openai", "chat", R"({"id":"c", "object": "chat.completion", "choices": []})"},
    {"openai", "completions", R"({"object":"text_completion","choices":[{"text":"Hi"}]})"},
    {"dashscope", "native",
     R"(data:{"output":{"choices":[]},"usage":{"total_tokens":12},"request_id":"0a"})"},
    {"llama.cpp", "",
     R"({"error":{"code":404,"message":"File Not Found","type":"not_found_error"}})"},
    {"", "", R"({"detail":"Not Found"})"},
    {"", "", R"({"error":"Unauthorized"})"},
    {"", "", "<html><body>nginx</body></html>"},
    {"", "", ""},
    // A model may well talk about them: a quote inside a text is escaped.
    {"", "", R"({"answer":"the member \"text_output\" of Triton, \"meta_info\" and \"id\""})"},
};

TEST(GuessEngineTest, EveryProtocolIsKnownByItsMembers) {
  for (const Sample& sample : kSamples) {
    SCOPED_TRACE(sample.body);
    const std::optional<EngineGuess> guess = GuessEngine({.body = sample.body});
    EXPECT_EQ(guess ? guess->type : "", sample.type);
    EXPECT_EQ(guess ? guess->route : "", sample.route);
  }
}

TEST(GuessEngineTest, ABodyThatIsCutIsKnownToo) {
  const std::string body =
      R"({"id":"c","object":"chat.completion","choices":[{"message":{"content":")" +
      std::string(10, 'x');
  EXPECT_EQ(GuessEngine({.body = body})->type, "openai");
}

TEST(GuessEngineTest, ServersAreKnownByHowTheyLackARoute) {
  EXPECT_EQ(GuessEngine({.http_status = 404, .body = "404 page not found"})->type, "ollama");
  EXPECT_EQ(GuessEngine({.http_status = 200, .body = "404 page not found"}), std::nullopt);
  EXPECT_EQ(GuessEngine({.http_status = 404, .server = "llama.cpp", .body = ""})->type,
            "llama.cpp");
}

}  // namespace
}  // namespace monsoon
