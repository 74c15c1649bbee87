// Every dialect's bytes, against the samples of the engines' documentation and sources. What many
// share is in openai_family_test.cc.
#include "tests/mock_engine/answer_writer.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/mock_engine/test/written.h"

namespace monsoon::mock_engine {
namespace {

TEST(LmdeployNativeTest, EveryEventHasIdsAndCounts) {
  EXPECT_EQ(
      WriteStream("lmdeploy", "/generate"),
      R"(data: {"text": "The", "output_ids": [1000], "meta_info": {"prompt_tokens": 11, "completion_tokens": 1, "finish_reason": null}})"
      "\n\n"
      R"(data: {"text": " monsoon", "output_ids": [1001], "meta_info": {"prompt_tokens": 11, "completion_tokens": 2, "finish_reason": {"type": "length"}}})"
      "\n\ndata: [DONE]\n\n");
  EXPECT_EQ(
      WriteWhole("lmdeploy", "/generate"),
      R"({"text": "The monsoon", "output_ids": [1000,1001], "meta_info": {"prompt_tokens": 11, "completion_tokens": 2, "finish_reason": {"type": "length"}}})");
}

TEST(LmdeployNativeTest, TextIsAscii) {
  Written emoji{.first_token = 8};
  EXPECT_NE(WriteStream("lmdeploy", "/generate", emoji).find(R"("text": "\ud83c\udf27")"),
            std::string::npos);
}

TEST(TritonTest, EventsHaveTensorsAndNoEnd) {
  const std::string begin =
      R"(data: {"context_logits":0.0,"cum_log_probs":0.0,"generation_logits":0.0,"model_name":"m","model_version":"1",)";
  const std::string middle =
      R"("output_log_probs":[0.0,0.0],"sequence_end":false,"sequence_id":0,"sequence_start":false,"text_output":)";
  EXPECT_EQ(WriteStream("triton", "/v2/models/*/generate_stream"),
            begin + middle + "\"The\"}\n\n" + begin + middle + "\" monsoon\"}\n\n");
  EXPECT_EQ(WriteStream("triton", "/v2/models/*/generate_stream", {.flags = {Flag::kCounts}}),
            begin + R"("num_input_tokens":11,"num_output_tokens":1,)" + middle + "\"The\"}\n\n" +
                begin + R"("num_input_tokens":11,"num_output_tokens":1,)" + middle +
                "\" monsoon\"}\n\n");
  const std::string cumulative =
      WriteStream("triton", "/v2/models/*/generate_stream", {.flags = {Flag::kCumulative}});
  EXPECT_NE(cumulative.find(R"("text_output":"The monsoon")"), std::string::npos);
}

TEST(TritonTest, ThePromptIsPartOfAWholeAnswerUnlessExcluded) {
  const std::string path = "/v2/models/*/generate";
  EXPECT_NE(WriteWhole("triton", path).find(R"("text_output":"Say hiThe monsoon"})"),
            std::string::npos);
  EXPECT_NE(WriteWhole("triton", path, {.flags = {Flag::kIncremental}})
                .find(R"("text_output":"The monsoon"})"),
            std::string::npos);
}

TEST(TgiTest, TheLastTokenBringsTheTextAndTheDetails) {
  EXPECT_EQ(
      WriteStream("tgi", "/generate_stream", {.flags = {Flag::kDetails}}),
      R"(data: {"index":1,"token":{"id":1000,"text":"The","logprob":-0.42,"special":false},"generated_text":null,"details":null})"
      "\n\n"
      R"(data: {"index":2,"token":{"id":1001,"text":" monsoon","logprob":-0.42,"special":false},"generated_text":"The monsoon","details":{"finish_reason":"length","generated_tokens":2,"seed":null,"input_length":11}})"
      "\n\n");
}

TEST(TgiTest, AnAnswerThatEndsByItselfHasASpecialTokenMore) {
  const std::string stream =
      WriteStream("tgi", "/generate_stream", {.by_limit = false, .flags = {Flag::kDetails}});
  EXPECT_TRUE(stream.ends_with(
      R"(data: {"index":2,"token":{"id":1001,"text":" monsoon","logprob":-0.42,"special":false},"generated_text":null,"details":null})"
      "\n\n"
      R"(data: {"index":3,"token":{"id":2,"text":"</s>","logprob":-0.01,"special":true},"generated_text":"The monsoon","details":{"finish_reason":"eos_token","generated_tokens":3,"seed":null,"input_length":11}})"
      "\n\n"))
      << stream;
}

TEST(TgiTest, OldVersionsHadNoBlankAndNoDone) {
  const std::string native = WriteStream("tgi", "/generate_stream", {.flags = {Flag::kOld}});
  EXPECT_TRUE(native.starts_with("data:{\"index\":1,")) << native;
  const std::string chat = WriteStream("tgi", "/v1/chat/completions", {.flags = {Flag::kOld}});
  EXPECT_EQ(chat.find("[DONE]"), std::string::npos);
  EXPECT_NE(chat.find(R"("completion_tokens":2)"), std::string::npos);
}

TEST(TgiTest, WholeAnswersRepeatThePromptOnlyIfAsked) {
  EXPECT_EQ(WriteWhole("tgi", "/generate"), R"({"generated_text":"The monsoon"})");
  EXPECT_EQ(
      WriteWhole("tgi", "/generate", {.flags = {Flag::kEcho, Flag::kDetails}}),
      R"({"generated_text":"Say hiThe monsoon","details":{"finish_reason":"length","generated_tokens":2,"prefill":[],"seed":null,"tokens":[]}})");
}

TEST(MiiTest, TheGatewayAnswersWithAnArray) {
  EXPECT_EQ(
      WriteWhole("deepspeed-mii", "/mii/*"),
      R"([{"generated_text":"The monsoon","prompt_length":11,"generated_length":2,"finish_reason":"length"}])");
}

TEST(MiiTest, GenerateHasTextAlone) {
  EXPECT_EQ(WriteStream("deepspeed-mii", "/generate"),
            "data: {\"text\": [\"The\"]}\n\ndata: {\"text\": [\" monsoon\"]}\n\ndata: [DONE]\n\n");
  EXPECT_EQ(WriteWhole("deepspeed-mii", "/generate"), R"({"text": ["The monsoon"]})");
}

TEST(SglangNativeTest, TextIsCumulativeUnlessTheServerIsTold) {
  const std::string begin =
      R"(data: {"text":"The","output_ids":[1000],"meta_info":{"id":"0000009f",)"
      R"("finish_reason":null,"prompt_tokens":11,"weight_version":"default",)"
      R"("completion_tokens":1,"cached_tokens":0}})"
      "\n\n";
  const std::string end = R"("meta_info":{"id":"0000009f","finish_reason":)"
                          R"({"type":"length","length":2},"prompt_tokens":11,)"
                          R"("weight_version":"default","completion_tokens":2,"cached_tokens":0,)"
                          R"("e2e_latency":0.031}})"
                          "\n\ndata: [DONE]\n\n";
  EXPECT_EQ(WriteStream("sglang", "/generate", {.flags = {Flag::kCumulative}}),
            begin + R"(data: {"text":"The monsoon","output_ids":[1000,1001],)" + end);
  EXPECT_EQ(WriteStream("sglang", "/generate"),
            begin + R"(data: {"text":" monsoon","output_ids":[1001],)" + end);
}

TEST(LlamaCppNativeTest, StopIsTheEnd) {
  const std::string stream = WriteStream("llama.cpp", "/completion", {.flags = {Flag::kDetails}});
  EXPECT_TRUE(stream.starts_with(
      R"(data: {"index":0,"content":"The","tokens":[1000],"stop":false,"id_slot":-1,"tokens_predicted":1,"tokens_evaluated":11})"
      "\n\n"));
  EXPECT_NE(
      stream.find(
          R"(data: {"index":0,"content":"","tokens":[],"id_slot":0,"stop":true,"model":"m","tokens_predicted":2,"tokens_evaluated":11,"generation_settings":{)"),
      std::string::npos);
  EXPECT_NE(stream.find(R"("stop_type":"limit","stopping_word":"","tokens_cached":13,"timings":)"
                        R"({"cache_n":0,"prompt_n":11,)"),
            std::string::npos);
  EXPECT_EQ(stream.find("[DONE]"), std::string::npos);
}

TEST(LlamaCppNativeTest, ErrorsHadAFieldOfTheirOwn) {
  EXPECT_EQ(WriteError("llama.cpp", "/completion"),
            R"(data: {"error":{"code":500,"message":"x","type":"E"}})"
            "\n\n");
  EXPECT_EQ(WriteError("llama.cpp", "/completion", {.flags = {Flag::kOld}}),
            R"(error: {"code":500,"message":"x","type":"E"})"
            "\n\n");
}

TEST(OllamaNativeTest, LinesAndAFinalOneWithCounts) {
  const std::string begin = R"({"model":"m","created_at":"2026-02-02T02:40:00Z",)";
  EXPECT_EQ(WriteStream("ollama", "/api/chat", {.reasoning_tokens = 1}),
            begin +
                R"("message":{"role":"assistant","content":"","thinking":"The"},"done":false})"
                "\n" +
                begin + R"("message":{"role":"assistant","content":" monsoon"},"done":false})" +
                "\n" + begin +
                R"("message":{"role":"assistant","content":""},"done":true,"done_reason":"length",)"
                R"("total_duration":900000000,"load_duration":20000000,"prompt_eval_count":11,)"
                R"("prompt_eval_duration":40000000,"eval_count":2,"eval_duration":800000000})"
                "\n");
  const std::string generate = WriteStream("ollama", "/api/generate", {.flags = {Flag::kCached}});
  EXPECT_TRUE(generate.starts_with(begin + R"("response":"The","done":false})")) << generate;
  EXPECT_NE(generate.find(R"("response":"","context":[1000,1001],"done":true)"), std::string::npos);
  EXPECT_EQ(generate.find("prompt_eval_count"), std::string::npos) << "all of it was cached";
  EXPECT_EQ(WriteError("ollama", "/api/chat"), "{\"error\":\"x\"}\n");
}

TEST(DashscopeTest, NoBlanksAndTheTextSoFar) {
  const std::string begin = "\nevent:result\n:HTTP_STATUS/200\ndata:";
  const std::string usage = R"("input_tokens":11,"output_tokens":)";
  const std::string path = "/api/v1/services/aigc/text-generation/generation";
  EXPECT_EQ(
      WriteStream("dashscope", path, {.flags = {Flag::kDetails}}),
      "id:1" + begin +
          R"({"output":{"choices":[{"message":{"content":"The","reasoning_content":"","role":"assistant"},"finish_reason":"null"}]},"usage":{"total_tokens":12,)" +
          usage + "1},\"request_id\":\"0000009f\"}\n\nid:2" + begin +
          R"({"output":{"choices":[{"message":{"content":" monsoon","reasoning_content":"","role":"assistant"},"finish_reason":"length"}]},"usage":{"total_tokens":13,)" +
          usage + "2},\"request_id\":\"0000009f\"}\n\n");
  EXPECT_NE(WriteStream("dashscope", path, {.flags = {Flag::kCumulative}})
                .find(R"("output":{"finish_reason":"length","text":"The monsoon"})"),
            std::string::npos);
  EXPECT_EQ(WriteError("dashscope", path),
            "id:1\nevent:error\n:HTTP_STATUS/500\n"
            "data:{\"code\":\"E\",\"message\":\"x\",\"request_id\":\"0000009f\"}\n\n");
}

TEST(ResponsesTest, EventsAreTypedAndNumbered) {
  const std::string stream = WriteStream("openai", "/v1/responses");
  size_t at = 0;
  for (const char* next :
       {"event: response.created\ndata: {\"type\":\"response.created\",\"sequence_number\":0,",
        "response.in_progress\",\"sequence_number\":1,",
        "response.output_item.added\",\"sequence_number\":2,",
        "response.content_part.added\",\"sequence_number\":3,",
        "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\","
        "\"sequence_number\":4,\"item_id\":\"msg_0000009f\",\"output_index\":0,"
        "\"content_index\":0,\"delta\":\"The\",\"obfuscation\":\"aQ\"}\n\n",
        "\"sequence_number\":5,", "\"delta\":\" monsoon\"",
        "response.output_text.done\",\"sequence_number\":6,", "\"text\":\"The monsoon\"",
        "event: response.incomplete\n", "\"sequence_number\":7,",
        "\"incomplete_details\":{\"reason\":\"max_output_tokens\"}",
        "\"usage\":{\"input_tokens\":11,\"input_tokens_details\":{\"cached_tokens\":0},"
        "\"output_tokens\":2,\"output_tokens_details\":{\"reasoning_tokens\":0},"
        "\"total_tokens\":13}}}\n\n"}) {
    at = stream.find(next, at);
    ASSERT_NE(at, std::string::npos) << next << " in " << stream;
  }
  EXPECT_NE(WriteStream("openai", "/v1/responses", {.by_limit = false}).find("response.completed"),
            std::string::npos);
}

TEST(MessagesTest, BlocksPingsAndTwoUsages) {
  EXPECT_EQ(
      WriteStream("anthropic", "/v1/messages"),
      "event: message_start\n"
      R"(data: {"type":"message_start","message":{"id":"msg_0000009f","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":11,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":1}}})"
      "\n\nevent: ping\ndata: {\"type\": \"ping\"}\n\nevent: content_block_start\n"
      R"(data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}})"
      "\n\nevent: content_block_delta\n"
      R"(data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"The"}}   )"
      "\n\nevent: content_block_delta\n"
      R"(data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" monsoon"}}   )"
      "\n\nevent: content_block_stop\n"
      R"(data: {"type":"content_block_stop","index":0})"
      "\n\nevent: message_delta\n"
      R"(data: {"type":"message_delta","delta":{"stop_reason":"max_tokens","stop_sequence":null},"usage":{"output_tokens":2}})"
      "\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
}

TEST(MessagesTest, ToolsAndThoughtsAreBlocksToo) {
  const std::string tool =
      WriteStream("anthropic", "/v1/messages", {.by_limit = false, .flags = {Flag::kTool}});
  EXPECT_NE(tool.find(R"("content_block":{"type":"tool_use","id":"toolu_0000009f",)"),
            std::string::npos);
  EXPECT_NE(tool.find(R"("delta":{"type":"input_json_delta","partial_json":"The"})"),
            std::string::npos);
  EXPECT_NE(tool.find(R"("stop_reason":"tool_use")"), std::string::npos);
  const std::string thoughts = WriteStream("anthropic", "/v1/messages", {.reasoning_tokens = 1});
  EXPECT_NE(thoughts.find(R"("index":0,"delta":{"type":"thinking_delta","thinking":"The"})"),
            std::string::npos);
  EXPECT_NE(thoughts.find(R"("index":1,"delta":{"type":"text_delta","text":" monsoon"})"),
            std::string::npos);
}

TEST(EmbeddingsTest, AVectorForEachText) {
  const std::string whole = WriteWhole("vllm", "/v1/embeddings", {.items = 2});
  EXPECT_TRUE(whole.starts_with(
      R"({"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.25,)"))
      << whole;
  EXPECT_NE(whole.find(R"({"object":"embedding","index":1,)"), std::string::npos);
  EXPECT_TRUE(whole.ends_with(R"(],"model":"m","usage":{"prompt_tokens":11,"total_tokens":11}})"));
}

TEST(RerankTest, AScoreForEachDocument) {
  EXPECT_EQ(WriteWhole("vllm", "/v1/rerank", {.items = 2}),
            R"({"id":"rerank-0000009f","model":"m","usage":{"prompt_tokens":11,"total_tokens":11},)"
            R"("results":[{"index":0,"relevance_score":1},{"index":1,"relevance_score":0.5}]})");
  EXPECT_EQ(WriteWhole("sglang", "/v1/rerank", {.items = 1}),
            R"([{"score":1,"document":null,"index":0,"meta_info":null}])");
}

TEST(BadUtf8Test, StandsInTheMiddleOfTheText) {
  Written bad{.bad_utf8_at = 0};
  EXPECT_NE(WriteStream("vllm", "/v1/chat/completions", bad).find("\"content\":\"The\xC3\x28\""),
            std::string::npos);
}

}  // namespace
}  // namespace monsoon::mock_engine
