// The sentence for each thing that can be wrong with an engine's URL, key, model or type.
#include "controller/core/preflight/judge_probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace monsoon {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

ProbeTarget Target(std::string type = "vllm",
                   std::string url = "http://gpu1:8000/v1/chat/completions") {
  return {.engine = "engine",
          .type = std::move(type),
          .url = std::move(url),
          .default_path = "/v1/chat/completions",
          .model = "qwen2-7b"};
}

ProbeResult Answered() {
  ProbeResult result;
  result.record.status = RequestStatus::kOk;
  result.record.http_status = 200;
  result.record.first_token_ns = 34'000'000;
  result.record.done_ns = 50'000'000;
  result.record.token_source = TokenSource::kUsage;
  result.record.received_bytes = 100;
  result.record.finish_reason = "length";
  return result;
}

ProbeResult Failed(ErrorClass error_class, std::string message, int32_t http_status = 200,
                   std::string body = "") {
  ProbeResult result;
  result.record.status = RequestStatus::kFailed;
  result.record.error_class = error_class;
  result.record.error_message = std::move(message);
  result.record.http_status = http_status;
  result.record.received_bytes = static_cast<int64_t>(body.size());
  result.body = std::move(body);
  return result;
}

ProbeResult Http(int32_t status, const std::string& message, std::string body = "") {
  return Failed(ErrorClass::kErrorHttp, "HTTP " + std::to_string(status) + ": " + message, status,
                std::move(body));
}

ProbeGet Models(const std::string& json) {
  return {.kind = EngineGetKind::kModels, .http_status = 200, .body = json};
}

std::string FailureOf(const ProbeResult& result, const ProbeTarget& target = Target()) {
  return JudgeProbe(target, result).failure;
}

std::vector<std::string> WarningsOf(const ProbeResult& result,
                                    const ProbeTarget& target = Target()) {
  const ProbeVerdict verdict = JudgeProbe(target, result);
  EXPECT_EQ(verdict.failure, "");
  return verdict.facts.warnings;
}

TEST(JudgeProbeTest, AGoodAnswerIsKeptAndSaysNothing) {
  const ProbeVerdict verdict = JudgeProbe(Target(), Answered());
  EXPECT_EQ(verdict.failure, "");
  EXPECT_THAT(verdict.facts.warnings, IsEmpty());
  EXPECT_EQ(verdict.facts.engine, "engine");
  EXPECT_EQ(verdict.facts.url, Target().url);
  EXPECT_DOUBLE_EQ(*verdict.facts.first_token_s, 0.034);
  EXPECT_DOUBLE_EQ(*verdict.facts.done_s, 0.05);
  EXPECT_EQ(verdict.facts.token_source, "usage");
  EXPECT_EQ(verdict.facts.finish_reason, "length");
}

TEST(JudgeProbeTest, WhatTheAgentCouldNotTryIsItsOwnSentence) {
  ProbeResult result;
  result.error = "the engine's host name 'gpu9' does not resolve here";
  EXPECT_EQ(FailureOf(result), result.error);
}

TEST(JudgeProbeTest, NoConnection) {
  EXPECT_EQ(FailureOf(Failed(ErrorClass::kConnect, "cannot connect to URL: Connection refused", 0)),
            "cannot connect to URL: Connection refused");
  EXPECT_THAT(FailureOf(Failed(ErrorClass::kTimeoutConnect, "no connection to URL", 0)),
              HasSubstr("reachable"));
}

TEST(JudgeProbeTest, Tls) {
  EXPECT_THAT(FailureOf(Failed(ErrorClass::kTls,
                               "SSL certificate problem: self-signed certificate (URL)", 0)),
              HasSubstr("SSL_CERT_FILE"));
  EXPECT_THAT(FailureOf(Failed(ErrorClass::kTls,
                               "error:0A00010B:SSL routines::wrong version number (URL)", 0)),
              HasSubstr("write http://"));
  EXPECT_THAT(FailureOf(Failed(ErrorClass::kTls, "certificate has expired (URL)", 0)),
              AllOf(HasSubstr("has expired"), Not(HasSubstr("SSL_CERT_FILE"))));
  EXPECT_THAT(FailureOf(Failed(ErrorClass::kTruncated, "closed without an answer", 0)),
              HasSubstr("https"));
  EXPECT_THAT(FailureOf(Http(400, "The plain HTTP request was sent to HTTPS port")),
              HasSubstr("write https://"));
}

TEST(JudgeProbeTest, Keys) {
  EXPECT_THAT(FailureOf(Http(401, "Unauthorized")),
              AllOf(HasSubstr("wants an API key"), HasSubstr("api_key_env")));
  ProbeTarget with_key = Target();
  with_key.key_name = "environment variable LLM_API_KEY";
  EXPECT_THAT(FailureOf(Http(403, "bad key"), with_key),
              AllOf(HasSubstr("did not accept"), HasSubstr("LLM_API_KEY"), HasSubstr("bad key")));
}

TEST(JudgeProbeTest, AnUnknownModelIsNamedWithThoseThereAre) {
  ProbeResult result = Http(404, "The model `qwen2-7b` does not exist. (NotFoundError)");
  result.gets = {Models(R"({"data":[{"id":"llama-3"},{"id":"qwen2-7b-chat"}]})")};
  EXPECT_THAT(FailureOf(result),
              AllOf(HasSubstr("no model 'qwen2-7b'"), HasSubstr("it serves llama-3, qwen2-7b-chat"),
                    HasSubstr("did you mean 'qwen2-7b-chat'?")));
  result.gets = {Models(R"({"data":[{"id":"/models/Qwen2-7B-Instruct"}]})")};
  EXPECT_THAT(FailureOf(result), HasSubstr("did you mean '/models/Qwen2-7B-Instruct'?"))
      << "the only one";
  result.gets.clear();
  EXPECT_THAT(FailureOf(result), HasSubstr("must be the name that the server serves it under"));
}

TEST(JudgeProbeTest, AListOfManyModelsIsCut) {
  ProbeResult result = Http(404, "model not found");
  std::string list;
  for (int i = 0; i < 12; ++i) {
    list += (i > 0 ? ",{\"id\":\"model-" : "{\"id\":\"model-") + std::to_string(i) + "\"}";
  }
  result.gets = {Models("{\"data\":[" + list + "]}")};
  EXPECT_THAT(FailureOf(result), AllOf(HasSubstr("model-7 and 4 more"), Not(HasSubstr("model-8"))));
}

TEST(JudgeProbeTest, A404OfAModelThatIsNotListedIsTheModels) {
  ProbeResult result = Http(404, "Not Found");
  result.gets = {Models(R"({"data":[{"id":"llama-3"}]})")};
  EXPECT_THAT(FailureOf(result), HasSubstr("no model 'qwen2-7b'"));
  result.gets = {Models(R"({"data":[{"id":"qwen2-7b"}]})")};
  EXPECT_THAT(FailureOf(result), HasSubstr("no route /v1/chat/completions"));
}

TEST(JudgeProbeTest, ARouteThatIsNotThere) {
  const ProbeTarget wrong = Target("vllm", "http://gpu1:8000/chat/completions?v=1");
  EXPECT_THAT(FailureOf(Http(404, "Not Found"), wrong),
              AllOf(HasSubstr("no route /chat/completions "),
                    HasSubstr("of type vllm it is /v1/chat/completions")));
  EXPECT_THAT(FailureOf(Http(404, "Not Found")), HasSubstr("is it a server of type vllm?"));
  EXPECT_THAT(FailureOf(Http(404, "404 page not found", "404 page not found")),
              HasSubstr("did you mean type: ollama?"));
  EXPECT_THAT(FailureOf(Http(405, "Method Not Allowed")),
              AllOf(HasSubstr("takes no POST"), HasSubstr("/v1/chat/completions")));
  EXPECT_THAT(FailureOf(Http(307, "Temporary Redirect")), HasSubstr("redirects are not followed"));
}

TEST(JudgeProbeTest, TheServersOwnWordsAreGiven) {
  EXPECT_THAT(FailureOf(Http(400, "min_tokens must be at most max_tokens")),
              HasSubstr("min_tokens must be at most max_tokens"));
  EXPECT_THAT(FailureOf(Http(422, "field required: inputs")), HasSubstr("field required: inputs"));
  EXPECT_THAT(FailureOf(Http(429, "quota")), AllOf(HasSubstr("quota"), HasSubstr("limit")));
  EXPECT_THAT(FailureOf(Failed(ErrorClass::kErrorInStream, "EngineCore died")),
              HasSubstr("EngineCore died"));
  EXPECT_THAT(FailureOf(Failed(ErrorClass::kErrorIn200Body, "exactly 1 response")),
              HasSubstr("exactly 1 response"));
}

TEST(JudgeProbeTest, AServerThatIsNotReadySaysSo) {
  ProbeResult result = Http(503, "Loading model");
  result.gets = {{.kind = EngineGetKind::kHealth, .http_status = 503}};
  EXPECT_THAT(FailureOf(result),
              AllOf(HasSubstr("Loading model"), HasSubstr("its health check says HTTP 503")));
  EXPECT_THAT(FailureOf(Http(500, "Internal Server Error")), HasSubstr("its log may say more"));
  result = Failed(ErrorClass::kTimeoutFirst, "no token within 60000 ms", 200);
  EXPECT_THAT(FailureOf(result), AllOf(HasSubstr("began an answer (HTTP 200)"),
                                       HasSubstr("no token within 60000 ms")));
  result = Failed(ErrorClass::kTimeoutFirst, "no token within 60000 ms", 0);
  EXPECT_THAT(FailureOf(result), HasSubstr("gave no answer"));
}

TEST(JudgeProbeTest, AnotherEnginesStreamIsGuessed) {
  const std::string tgi = "data:{\"token\":{\"text\":\"Hi\"},\"generated_text\":\"Hi\"}\n\n";
  for (const ErrorClass error_class :
       {ErrorClass::kTruncated, ErrorClass::kEmpty, ErrorClass::kBadPayload}) {
    EXPECT_THAT(FailureOf(Failed(error_class, "what the decoder said", 200, tgi)),
                HasSubstr("answered like TGI; did you mean type: tgi?"));
  }
  const std::string chat = "data: {\"object\":\"chat.completion.chunk\",\"choices\":[]}\n\n";
  EXPECT_THAT(FailureOf(Failed(ErrorClass::kTruncated, "no end", 200, chat),
                        Target("triton", "http://h/v2/models/e/generate_stream")),
              HasSubstr("answered like OpenAI's chat completions; did you mean type: openai?"));
  EXPECT_THAT(FailureOf(Failed(ErrorClass::kTruncated, "no end", 200, chat)),
              Not(HasSubstr("did you mean type")))
      << "the right dialect: something else is wrong";
}

TEST(JudgeProbeTest, AnHtmlPage) {
  EXPECT_THAT(FailureOf(Failed(ErrorClass::kBadPayload,
                               "instead of an answer came the HTML page \"Welcome to nginx\"", 200,
                               "<html>")),
              AllOf(HasSubstr("Welcome to nginx"), HasSubstr("proxy")));
}

TEST(JudgeProbeTest, OwnPointersThatFindNothingAreAFailure) {
  const ProbeTarget custom = Target("custom", "http://h/generate");
  EXPECT_THAT(
      FailureOf(Failed(ErrorClass::kEmpty, "the answer has no text", 200, "{\"words\":\"Hi\"}"),
                custom),
      AllOf(HasSubstr("engine.response"), HasSubstr("{\"words\":\"Hi\"}")));
}

TEST(JudgeProbeTest, AnEmptyAnswerIsAWarning) {
  const std::string body = "data: {\"object\":\"chat.completion.chunk\"}\n\ndata: [DONE]\n\n";
  EXPECT_THAT(WarningsOf(Failed(ErrorClass::kEmpty, "the answer has no text", 200, body)),
              ElementsAre(HasSubstr("the answer has no text")));
  EXPECT_NE(FailureOf(Failed(ErrorClass::kEmpty, "the answer has no text", 200, "")), "")
      << "nothing at all is no answer";
}

TEST(JudgeProbeTest, TokensThatNobodyCounts) {
  ProbeResult result = Answered();
  result.record.token_source = TokenSource::kChunks;
  EXPECT_THAT(WarningsOf(result), ElementsAre(HasSubstr("no token usage")));
  ProbeTarget target = Target();
  target.has_tokenizer = true;
  EXPECT_THAT(WarningsOf(result, target), IsEmpty());
  target = Target();
  target.expects_tokens = false;
  EXPECT_THAT(WarningsOf(result, target), IsEmpty()) << "embeddings";
}

TEST(JudgeProbeTest, ADocumentInsteadOfAStream) {
  ProbeResult result = Answered();
  result.record.flags = kFlagNotStreamed;
  EXPECT_THAT(WarningsOf(result), ElementsAre(HasSubstr("one document came")));
  ProbeTarget target = Target();
  target.stream = false;
  EXPECT_THAT(WarningsOf(result, target), IsEmpty());
}

TEST(JudgeProbeTest, AnAnswerThatWasNotWaitedForIsGood) {
  ProbeResult result = Answered();
  result.record.status = RequestStatus::kCancelled;
  result.record.token_source = TokenSource::kChunks;
  EXPECT_THAT(WarningsOf(result), IsEmpty());
}

TEST(JudgeProbeTest, TheListOfModelsMayNameAnotherEngine) {
  ProbeResult result = Answered();
  result.gets = {Models(R"({"data":[{"id":"qwen2-7b","owned_by":"sglang"}]})")};
  EXPECT_THAT(WarningsOf(result), ElementsAre(HasSubstr("did you mean type: sglang?")));
  EXPECT_THAT(WarningsOf(result, Target("openai")), IsEmpty());
  EXPECT_THAT(WarningsOf(result, Target("sglang")), IsEmpty());
}

TEST(JudgeProbeTest, AHealthCheckThatFailsIsAWarning) {
  ProbeResult result = Answered();
  result.gets = {{.kind = EngineGetKind::kHealth, .http_status = 500}};
  EXPECT_THAT(WarningsOf(result), ElementsAre(HasSubstr("its health check says HTTP 500")));
}

}  // namespace
}  // namespace monsoon
