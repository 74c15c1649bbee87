// What is asked of a request before it is answered, and errors: each engine in its own way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>

#include "tests/mock_engine/engine.h"

namespace monsoon::mock_engine {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kMessages[] = R"({"model":"m","max_tokens":4,"messages":[{"content":"hi"}]})";

class EngineDialectsTest : public ::testing::Test {
 protected:
  Reply Post(const std::string& target, const std::string& body = kMessages) {
    request_.method = "POST";
    request_.target = target;
    request_.body = body;
    return Engine(options_, counter_).Handle(request_, 7);
  }

  Reply Get(const std::string& target) {
    request_.method = "GET";
    request_.target = target;
    return Engine(options_, counter_).Handle(request_, 7);
  }

  void Speak(std::string_view dialect) { options_.dialects = {FindDialect(dialect)}; }
  void SetFault(Fault fault) { options_.faults = *FaultPlan::Create({{fault, 1.0}}); }

  EngineOptions options_;
  std::atomic<uint64_t> counter_{0};
  HttpRequest request_{.content_type = "application/json"};
};

TEST_F(EngineDialectsTest, TheFirstDialectWinsAndOthersAreThere) {
  EXPECT_THAT(Get("/v1/models").bytes, HasSubstr("\"owned_by\":\"vllm\""));
  EXPECT_THAT(Get("/info").bytes, HasSubstr("\"model_id\":\"mock\""));
  EXPECT_THAT(Get("/v2/models/ensemble").bytes, HasSubstr("\"name\":\"ensemble\""));
  options_.dialects = {FindDialect("sglang"), FindDialect("vllm")};
  EXPECT_THAT(Get("/v1/models").bytes, HasSubstr("\"owned_by\":\"sglang\""));
  EXPECT_EQ(Get("/info").status, 404);
}

TEST_F(EngineDialectsTest, ANamedDialectHasOnlyItsOwn) {
  Speak("triton");
  const Reply reply = Post("/v1/messages");
  EXPECT_EQ(reply.status, 404);
  EXPECT_FALSE(reply.is_generation);
  EXPECT_THAT(reply.bytes, EndsWith("\r\n\r\n{\"error\":\"Not Found\"}"));
  EXPECT_EQ(Post("/v2/models/m/generate", R"({"text_input":"hi"})").status, 200);
}

TEST_F(EngineDialectsTest, AnthropicNeedsItsVersionAndKey) {
  Speak("anthropic");
  EXPECT_THAT(Post("/v1/messages").bytes, HasSubstr("anthropic-version: header is required"));
  request_.anthropic_version = "2023-06-01";
  EXPECT_EQ(Post("/v1/messages").status, 200);
  options_.api_key = "k";
  request_.authorization = "Bearer k";
  Reply reply = Post("/v1/messages");
  EXPECT_EQ(reply.status, 401);
  EXPECT_THAT(reply.bytes, HasSubstr("\"type\":\"authentication_error\""));
  request_.x_api_key = "k";
  EXPECT_EQ(Post("/v1/messages").status, 200);
  SetFault(Fault::kErrorFirst);
  EXPECT_EQ(Post("/v1/messages").status, 529);
}

TEST_F(EngineDialectsTest, AzureNeedsItsQueryAndTakesItsKey) {
  Speak("azure");
  options_.api_key = "k";
  request_.api_key = "k";
  const std::string path = "/openai/deployments/gpt/chat/completions";
  EXPECT_EQ(Post(path).status, 404);
  EXPECT_EQ(Post(path + "?api-version=2024-10-21").status, 200);
  request_.api_key = "";
  EXPECT_EQ(Post(path + "?api-version=2024-10-21").status, 401);
}

TEST_F(EngineDialectsTest, DashscopeStreamsByHeader) {
  Speak("dashscope");
  const std::string path = "/api/v1/services/aigc/text-generation/generation";
  const std::string body = R"({"model":"m","input":{"messages":[]}})";
  EXPECT_EQ(Post(path, body).answer->headers(), "");
  request_.dashscope_sse = true;
  EXPECT_THAT(std::string(Post(path, body).answer->headers()),
              HasSubstr("content-type: text/event-stream"));
}

TEST_F(EngineDialectsTest, OpenAiRefusesWhatItDoesNotKnow) {
  Speak("openai");
  const std::string body = R"({"model":"m","messages":[],"ignore_eos":true})";
  EXPECT_THAT(Post("/v1/chat/completions", body).bytes, HasSubstr("ignore_eos"));
  Speak("vllm");
  EXPECT_EQ(Post("/v1/chat/completions", body).status, 200);
}

TEST_F(EngineDialectsTest, TgiGuardsItsAnswersAlone) {
  Speak("tgi");
  options_.api_key = "k";
  const Reply reply = Post("/generate", R"({"inputs":"hi"})");
  EXPECT_EQ(reply.status, 401);
  EXPECT_THAT(reply.bytes, EndsWith("content-length: 0\r\n\r\n"));
  EXPECT_EQ(Get("/info").status, 200);
}

TEST_F(EngineDialectsTest, ErrorsAreTheRoutes) {
  SetFault(Fault::kHttp422);
  EXPECT_THAT(Post("/generate_stream", R"({"inputs":"hi"})").bytes,
              HasSubstr("\"error_type\":\"validation\"}"));
  SetFault(Fault::kHttp503);
  EXPECT_THAT(Post("/completion", R"({"prompt":"hi"})").bytes,
              HasSubstr("{\"error\":{\"code\":503,\"message\":\"Loading model\","));
  SetFault(Fault::kHttp429);
  EXPECT_THAT(Post("/api/v1/services/aigc/text-generation/generation",
                   R"({"model":"m","input":{"prompt":"hi"}})")
                  .bytes,
              HasSubstr("{\"code\":\"Throttling.RateQuota\""));
}

TEST_F(EngineDialectsTest, ProxiesSpeakHtmlAndRedirect) {
  SetFault(Fault::kHttp502);
  EXPECT_THAT(Post("/v1/chat/completions").bytes, HasSubstr("content-type: text/html"));
  SetFault(Fault::kHttp307);
  EXPECT_THAT(Post("/v1/chat/completions").bytes, HasSubstr("location: /elsewhere/\r\n"));
  SetFault(Fault::kHtmlPage);
  const Reply page = Post("/v1/chat/completions");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.outcome, "fault:html_page");
  SetFault(Fault::kErrorIn200);
  EXPECT_THAT(Post("/v2/models/m/generate_stream", R"({"text_input":"hi"})").bytes,
              StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(EngineDialectsTest, RetryAfterHasForms) {
  SetFault(Fault::kHttp529);
  EXPECT_THAT(Post("/v1/chat/completions").bytes, Not(HasSubstr("retry")));
  for (const auto& [form, header] :
       {std::pair{RetryForm::kSeconds, "\r\nretry-after: 7\r\n"},
        {RetryForm::kFraction, "\r\nretry-after: 1.5\r\n"},
        {RetryForm::kDate, "\r\nretry-after: Thu, 01 Jan 1970 00:00:14 GMT\r\n"},
        {RetryForm::kMs, "\r\nretry-after-ms: 1500.5\r\n"},
        {RetryForm::kVeto, "\r\nretry-after: 7\r\nx-should-retry: false\r\n"}}) {
    options_.retry_form = form;
    EXPECT_THAT(Post("/v1/chat/completions").bytes, HasSubstr(header));
  }
}

TEST_F(EngineDialectsTest, DangerousPagesAreMarked) {
  for (const char* path : {"/terminate", "/flush_cache", "/health_generate"}) {
    const Reply reply = Get(path);
    EXPECT_EQ(reply.status, 200) << path;
    EXPECT_TRUE(reply.is_dangerous) << path;
  }
  EXPECT_FALSE(Get("/health").is_dangerous);
}

TEST_F(EngineDialectsTest, NoDoneMeansNothingWhereNothingSaysTheEnd) {
  SetFault(Fault::kNoDone);
  EXPECT_EQ(Post("/v2/models/m/generate_stream", R"({"text_input":"hi"})").outcome, "ok");
  EXPECT_EQ(Post("/generate_stream", R"({"inputs":"hi"})").outcome, "fault:no_done");
}

}  // namespace
}  // namespace monsoon::mock_engine
