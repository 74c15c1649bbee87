#include "tests/mock_engine/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <string>
#include <vector>

#include "common/model/engine_gets.h"
#include "common/model/engine_type.h"

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

TEST_F(EngineTest, AConnectionCanEndAfterAGoodAnswer) {
  SetFault(Fault::kHalfClose);
  EXPECT_TRUE(Handle(Chat()).half_close_after);
  SetFault(Fault::kResetAfterEnd);
  EXPECT_TRUE(Handle(Chat()).reset_after);
  EXPECT_EQ(Handle(Chat()).outcome, "ok");
}

TEST_F(EngineTest, TheEndCanBeCutOffAndNothingElse) {
  const std::string whole = Play(*Handle(Chat()).answer);
  SetFault(Fault::kCutEnd);
  counter_ = 0;
  const Reply reply = Handle(Chat());
  EXPECT_EQ(reply.outcome, "fault:cut_end");
  EXPECT_EQ(Play(*reply.answer) + "0\r\n\r\n", whole);
}

// Every GET that a preflight may send to an engine of the type is a page of its dialect.
TEST_F(EngineTest, KnowsTheGetsOfPreflights) {
  int gets = 0;
  for (const EngineType& type : EngineTypes()) {
    if (FindDialect(type.name) == nullptr) continue;
    Speak(type.name);
    for (const EngineRoute& route : type.routes) {
      std::string path(route.path);
      if (const size_t at = path.find("{model}"); at != path.npos) path.replace(at, 7, "m");
      for (const EngineGet& get : EngineGets(type.name, "http://host" + path)) {
        EXPECT_THAT(Handle(Get(get.target)).bytes, StartsWith("HTTP/1.1 200 "))
            << type.name << " " << route.name << ": " << get.target;
        ++gets;
      }
    }
  }
  EXPECT_GT(gets, 50);
}

TEST_F(EngineTest, TokenizersSplitThePromptAtOnce) {
  const std::map<std::string, std::vector<std::string>> kRows = {
      {"vllm",
       {"/tokenize", R"({"model":"m","prompt":"12345"})",
        R"({"count":2,"max_model_len":1048576,"tokens":[1000,1001],"token_strs":null})"}},
      {"sglang",
       {"/v1/tokenize", R"({"prompt":"12345"})",
        R"({"tokens":[1000,1001],"count":2,"max_model_len":1048576})"}},
      {"lmdeploy",
       {"/v1/encode", R"({"input":"12345"})", R"({"input_ids":[1000,1001],"length":2})"}},
      {"llama.cpp", {"/tokenize", R"({"content":"12345"})", R"({"tokens":[1000,1001]})"}},
      {"tgi",
       {"/tokenize", R"({"inputs":"12345"})",
        R"([{"id":1000,"text":"The","start":0,"stop":0},)"
        R"({"id":1001,"text":" monsoon","start":1,"stop":1}])"}}};
  SetFault(Fault::kHttp500);
  for (const auto& [dialect, row] : kRows) {
    Speak(dialect);
    HttpRequest request = Chat();
    request.target = row[0];
    request.body = row[1];
    const Reply reply = Handle(request);
    EXPECT_THAT(reply.bytes, ::testing::EndsWith("\r\n\r\n" + row[2])) << dialect;
    EXPECT_FALSE(reply.is_generation);
    request.body = "{}";
    EXPECT_THAT(Handle(request).bytes, StartsWith("HTTP/1.1 400 ")) << dialect;
  }
  EXPECT_EQ(counter_, 0u) << "no answer's number was used up";
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
