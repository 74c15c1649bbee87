#include "tests/mock_engine/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>

namespace monsoon::mock_engine {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

HttpRequest Chat(const std::string& more = ",\"stream\":true") {
  HttpRequest request;
  request.method = "POST";
  request.target = "/v1/chat/completions";
  request.content_type = "application/json";
  request.body = "{\"model\":\"m\",\"messages\":[{\"content\":\"12345\"}]" + more + "}";
  return request;
}

HttpRequest Get(const std::string& target) {
  HttpRequest request;
  request.method = "GET";
  request.target = target;
  return request;
}

class EngineTest : public ::testing::Test {
 protected:
  Reply Handle(const HttpRequest& request) { return Engine(options_, counter_).Handle(request, 7); }

  void Speak(std::string_view dialect) { options_.dialects = {FindDialect(dialect)}; }

  void SetFault(Fault fault) { options_.faults = *FaultPlan::Create({{fault, 1.0}}); }

  // The bytes of all steps after the headers.
  static std::string Play(Answer& answer) {
    std::string bytes;
    Step step;
    step.next_ns = answer.Begin(0);
    while (step.after == Step::After::kWait) {
      step = answer.Next(step.next_ns);
      bytes.append(step.bytes);
    }
    return bytes;
  }

  EngineOptions options_;
  std::atomic<uint64_t> counter_{0};
};

TEST_F(EngineTest, AStreamIsAnAnswerWithHeadersUpFront) {
  const Reply reply = Handle(Chat());
  EXPECT_EQ(reply.kind, Reply::Kind::kAnswer);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.outcome, "ok");
  EXPECT_TRUE(reply.is_generation);
  EXPECT_FALSE(reply.close_after);
  EXPECT_EQ(reply.prompt_tokens, 2);
  EXPECT_THAT(std::string(reply.answer->headers()),
              HasSubstr("content-type: text/event-stream; charset=utf-8\r\n"));
}

TEST_F(EngineTest, WithoutStreamTheAnswerIsWhole) {
  const Reply reply = Handle(Chat(""));
  EXPECT_EQ(reply.answer->headers(), "");
  EXPECT_THAT(Play(*reply.answer), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(EngineTest, UsageNeedsTheRequestAndTheEngine) {
  const std::string asked = ",\"stream\":true,\"stream_options\":{\"include_usage\":true}";
  EXPECT_THAT(Play(*Handle(Chat(asked)).answer), HasSubstr("\"usage\""));
  EXPECT_THAT(Play(*Handle(Chat()).answer), ::testing::Not(HasSubstr("\"usage\"")));
  options_.stream_usage = false;
  EXPECT_THAT(Play(*Handle(Chat(asked)).answer), ::testing::Not(HasSubstr("\"usage\"")));
}

TEST_F(EngineTest, RequestsGetNumbersInOrder) {
  EXPECT_THAT(Play(*Handle(Chat()).answer), HasSubstr("chatcmpl-00000000"));
  EXPECT_THAT(Play(*Handle(Chat()).answer), HasSubstr("chatcmpl-00000001"));
}

TEST_F(EngineTest, ReasoningFieldFollowsTheDialect) {
  options_.script.reasoning_tokens = 1;
  Speak("vllm");
  EXPECT_THAT(Play(*Handle(Chat()).answer), HasSubstr("{\"reasoning\":\"The\"}"));
  Speak("lmdeploy");
  EXPECT_THAT(Play(*Handle(Chat()).answer), HasSubstr("\"reasoning_content\": \"The\"}"));
  options_.reasoning_field = "reasoning";
  EXPECT_THAT(Play(*Handle(Chat()).answer), HasSubstr("\"reasoning\": \"The\"}"));
}

TEST_F(EngineTest, BadRequestsAreRejectedNotAnswered) {
  HttpRequest untyped = Chat();
  untyped.content_type = "text/plain";
  HttpRequest broken = Chat();
  broken.body = "{";
  HttpRequest old = Chat();
  old.http_1_0 = true;
  old.keep_alive = false;
  for (const HttpRequest& request : {untyped, broken, old}) {
    const Reply reply = Handle(request);
    EXPECT_EQ(reply.status, 400);
    EXPECT_EQ(reply.outcome, "rejected");
    EXPECT_TRUE(reply.is_generation);
    EXPECT_EQ(reply.close_after, request.http_1_0);
  }
}

TEST_F(EngineTest, TheKeyGuardsWhatTheDialectGuards) {
  options_.api_key = "k";
  EXPECT_EQ(Handle(Chat()).status, 401);
  EXPECT_EQ(Handle(Get("/v1/models")).status, 401);
  EXPECT_EQ(Handle(Get("/health")).status, 200);
  EXPECT_EQ(Handle(Get("/version")).status, 200);
  HttpRequest request = Chat();
  request.authorization = "Bearer k";
  EXPECT_EQ(Handle(request).status, 200);
  Speak("lmdeploy");
  EXPECT_EQ(Handle(Get("/elsewhere")).status, 401);
  EXPECT_EQ(Handle(Get("/health")).status, 200);
}

TEST_F(EngineTest, OtherRoutes) {
  EXPECT_THAT(Handle(Get("/v1/models?x")).bytes, HasSubstr("\"id\":\"mock\""));
  EXPECT_THAT(Handle(Get("/version")).bytes, HasSubstr("\"version\""));
  EXPECT_EQ(Handle(Get("/v1/chat/completions")).status, 405);
  EXPECT_EQ(Handle(Get("/nowhere")).status, 404);
  EXPECT_FALSE(Handle(Get("/health")).is_generation);
  Speak("lmdeploy");
  EXPECT_EQ(Handle(Get("/version")).status, 404);
  EXPECT_THAT(Handle(Get("/health")).bytes, HasSubstr("healthy"));
}

TEST_F(EngineTest, HttpFaultsAreWholeResponses) {
  SetFault(Fault::kHttp429);
  Reply reply = Handle(Chat());
  EXPECT_THAT(reply.bytes, StartsWith("HTTP/1.1 429 Too Many Requests\r\n"));
  EXPECT_THAT(reply.bytes, HasSubstr("retry-after: 7\r\n"));
  EXPECT_EQ(reply.outcome, "fault:http_429");
  SetFault(Fault::kHttp401);
  reply = Handle(Chat());
  EXPECT_EQ(reply.status, 401);
  EXPECT_TRUE(reply.bytes.ends_with("\r\n\r\n{\"error\":\"Unauthorized\"}"));
  EXPECT_EQ(Handle(Get("/health")).status, 200);  // faults are the chat's alone
}

TEST_F(EngineTest, FaultsBeforeAnyByte) {
  SetFault(Fault::kHangBeforeHeaders);
  EXPECT_EQ(Handle(Chat()).kind, Reply::Kind::kHang);
  SetFault(Fault::kCloseWithoutReply);
  EXPECT_EQ(Handle(Chat()).kind, Reply::Kind::kDrop);
}

TEST_F(EngineTest, ModifiersLeaveTheOutcomeOk) {
  SetFault(Fault::kKeepAliveClose);
  Reply reply = Handle(Chat());
  EXPECT_TRUE(reply.close_after);
  EXPECT_EQ(reply.outcome, "ok");
  EXPECT_EQ(std::string(reply.answer->headers()).find("connection: close"), std::string::npos);
  SetFault(Fault::kCached);
  EXPECT_THAT(Play(*Handle(Chat("")).answer),
              HasSubstr("\"prompt_tokens_details\":{\"cached_tokens\":1}"));
}

TEST_F(EngineTest, NoDoneMeansNothingWithoutAStream) {
  SetFault(Fault::kNoDone);
  EXPECT_EQ(Handle(Chat("")).outcome, "ok");
  EXPECT_EQ(Handle(Chat()).outcome, "fault:no_done");
}

TEST_F(EngineTest, RefusalsClose) {
  const Reply reply = Engine(options_, counter_).Refuse(413, "Too large.");
  EXPECT_TRUE(reply.close_after);
  EXPECT_THAT(reply.bytes, HasSubstr("connection: close\r\n"));
  EXPECT_THAT(reply.bytes, HasSubstr("Too large."));
}

}  // namespace
}  // namespace monsoon::mock_engine
