#include "tests/mock_engine/flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace monsoon::mock_engine {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

absl::StatusOr<Flags> Parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "mock_engine");
  return ParseFlags(static_cast<int>(arguments.size()), arguments.data());
}

TEST(FlagsTest, DefaultsNeedNothing) {
  const auto flags = Parse({});
  ASSERT_TRUE(flags.ok()) << flags.status();
  ASSERT_EQ(flags->server.listen.size(), 1u);
  EXPECT_EQ(flags->server.listen[0].host, "127.0.0.1");
  EXPECT_EQ(flags->server.listen[0].port, 0);
  EXPECT_EQ(flags->server.engine.dialects, AllDialects());
  EXPECT_EQ(flags->server.engine.dialects.front()->name, "vllm");
  EXPECT_TRUE(flags->server.engine.stream_usage);
}

TEST(FlagsTest, ReadsEveryFlag) {
  const auto flags = Parse({"--listen",
                            "localhost:8000",
                            "--listen=[::1]:8001",
                            "--port-file",
                            "p",
                            "--log",
                            "l",
                            "--threads",
                            "2",
                            "--ttft",
                            "1ms",
                            "--itl",
                            "2ms",
                            "--tokens",
                            "9",
                            "--prefill-per-token",
                            "20us",
                            "--headers-delay",
                            "3ms",
                            "--slots",
                            "4",
                            "--seed",
                            "5",
                            "--dialect",
                            "lmdeploy,triton",
                            "--text",
                            "cumulative",
                            "--old",
                            "--tool-call",
                            "--retry-after",
                            "ms",
                            "--keep-alive",
                            "5s",
                            "--request-log",
                            "q",
                            "--model",
                            "qwen",
                            "--tokens-per-chunk",
                            "6",
                            "--reasoning",
                            "7",
                            "--reasoning-field",
                            "reasoning",
                            "--no-stream-usage",
                            "--api-key",
                            "k",
                            "--fault",
                            "reset:0.5",
                            "--fault",
                            "comments"});
  ASSERT_TRUE(flags.ok()) << flags.status();
  const ServerOptions& server = flags->server;
  const EngineOptions& engine = server.engine;
  Random random(1);
  ASSERT_EQ(server.listen.size(), 2u);
  EXPECT_EQ(server.listen[0].host, "127.0.0.1");
  EXPECT_EQ(server.listen[1].port, 8001);
  EXPECT_EQ(flags->port_file, "p");
  EXPECT_EQ(server.log_path, "l");
  EXPECT_EQ(server.threads, 2);
  EXPECT_EQ(engine.script.ttft.Sample(0, random), 1'000'000);
  EXPECT_EQ(engine.script.itl.Sample(0, random), 2'000'000);
  EXPECT_EQ(engine.script.tokens->Sample(0, random), 9);
  EXPECT_EQ(engine.script.prefill_per_token_ns, 20'000);
  EXPECT_EQ(engine.headers_delay_ns, 3'000'000);
  EXPECT_EQ(engine.slots, 4);
  EXPECT_EQ(engine.script.seed, 5u);
  ASSERT_EQ(engine.dialects.size(), 2u);
  EXPECT_EQ(engine.dialects[0]->name, "lmdeploy");
  EXPECT_EQ(engine.dialects[1]->name, "triton");
  EXPECT_EQ(engine.cumulative, true);
  EXPECT_TRUE(engine.old_version);
  EXPECT_TRUE(engine.tool_call);
  EXPECT_EQ(engine.retry_form, RetryForm::kMs);
  EXPECT_EQ(engine.keep_alive_ns, 5'000'000'000);
  EXPECT_EQ(server.request_log_path, "q");
  EXPECT_EQ(engine.model, "qwen");
  EXPECT_EQ(engine.script.tokens_per_chunk, 6);
  EXPECT_EQ(engine.script.reasoning_tokens, 7);
  EXPECT_EQ(engine.reasoning_field, "reasoning");
  EXPECT_FALSE(engine.stream_usage);
  EXPECT_EQ(engine.api_key, "k");
  EXPECT_TRUE(engine.faults.Choose(1, 0).has(Fault::kComments));
}

TEST(FlagsTest, ErrorsNameTheFlagAndWhatItWants) {
  const auto message = [](std::vector<const char*> arguments) {
    return std::string(Parse(std::move(arguments)).status().message());
  };
  EXPECT_THAT(message({"--ttft", "50"}), AllOf(HasSubstr("--ttft"), HasSubstr("50ms")));
  EXPECT_THAT(message({"--fault", "x"}), AllOf(HasSubstr("--fault"), HasSubstr("http_401")));
  EXPECT_THAT(message({"--listen", "0.0.0.0:1"}), HasSubstr("--insecure-listen"));
  EXPECT_THAT(message({"--listen", "[::]:1"}), HasSubstr("--insecure-listen"));
  EXPECT_THAT(message({"--listen", "example.org:1"}), HasSubstr("no address"));
  EXPECT_TRUE(Parse({"--listen", "0.0.0.0:1", "--insecure-listen"}).ok());
  EXPECT_THAT(message({"--listen", "127.0.0.1"}), HasSubstr("HOST:PORT"));
  EXPECT_THAT(message({"--listen", "127.0.0.1:65536"}), HasSubstr("HOST:PORT"));
  EXPECT_THAT(message({"--slots", "-1"}), HasSubstr("--slots"));
  EXPECT_THAT(message({"--dialect", "x"}), HasSubstr("lmdeploy"));
  EXPECT_THAT(message({"--dialect", "vllm,x"}), HasSubstr("dashscope"));
  EXPECT_THAT(message({"--text", "x"}), HasSubstr("cumulative"));
  EXPECT_THAT(message({"--retry-after", "soon"}), HasSubstr("date"));
  EXPECT_THAT(message({"--fault", "reset", "--fault", "empty"}), HasSubstr("add up to 2"));
  EXPECT_THAT(message({"--nonsense"}), HasSubstr("--nonsense"));
  EXPECT_THAT(message({"stray"}), HasSubstr("stray"));
}

TEST(FlagsTest, HelpIsNoError) {
  const auto flags = Parse({"--help"});
  ASSERT_TRUE(flags.ok());
  EXPECT_THAT(flags->help, AllOf(HasSubstr("--ttft"), HasSubstr("hang_mid_stream")));
}

}  // namespace
}  // namespace monsoon::mock_engine
