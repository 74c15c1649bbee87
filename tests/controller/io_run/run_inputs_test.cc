// Everything that a run needs besides agents, loaded from real files.
#include "controller/io/run/run_inputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "controller/io/scenario/scenario_yaml.h"
#include "tests/controller/store/temp_dir.h"

namespace monsoon {
namespace {

using ::testing::HasSubstr;

class RunInputsTest : public ::testing::Test {
 protected:
  RunInputsTest() {
    std::string lines;
    for (int i = 0; i < 20; ++i)
      lines += R"({"question": "Question )" + std::to_string(i) + "\"}\n";
    Write("data.jsonl", lines);
    Write("key", "sk-1\n");
  }

  void Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
  }

  absl::StatusOr<RunInputs> Load(const std::string& text) {
    Write("scenario.yaml", text);
    return LoadRunInputs(folder_ / "scenario.yaml", {},
                         [](const std::string&) { return std::nullopt; }, {});
  }

  TempDir folder_;
};

TEST_F(RunInputsTest, OneDatasetIsOpenedOnceForAllItsCases) {
  const absl::StatusOr<RunInputs> inputs = Load(R"(
model: qwen
dataset: {name: openqa, path: data.jsonl}
concurrency: [1, 2, 4]
requests: 5
warmup: 2
engine: {type: vllm, url: "http://gpu1:8000"}
)");
  ASSERT_TRUE(inputs.ok()) << inputs.status();
  ASSERT_EQ(inputs->cases.size(), 3u);
  ASSERT_EQ(inputs->datasets.size(), 1u);
  for (const CaseInputs& input : inputs->cases) {
    EXPECT_EQ(input.dataset, inputs->datasets[0].get());
    EXPECT_EQ(input.plan.total(), 7);
    EXPECT_TRUE(input.api_key.empty());
  }
  EXPECT_FALSE(inputs->has_secrets());
  EXPECT_EQ(inputs->datasets[0]->Read(6).value().content, "Question 6");
}

TEST_F(RunInputsTest, ADatasetHoldsWhatItsLargestCaseNeeds) {
  const absl::StatusOr<RunInputs> inputs = Load(R"(
model: qwen
dataset: {name: openqa, path: data.jsonl}
engine: {type: vllm, url: "http://gpu1:8000"}
cases:
  - {concurrency: 1, requests: 3}
  - {concurrency: 2, requests: 11}
  - {concurrency: 3, requests: 4}
)");
  ASSERT_TRUE(inputs.ok()) << inputs.status();
  ASSERT_EQ(inputs->datasets.size(), 1u);
  EXPECT_EQ(inputs->datasets[0]->size(), 11);
}

TEST_F(RunInputsTest, KeysAreReadForTheirEnginesOnly) {
  const absl::StatusOr<RunInputs> inputs = Load(R"(
model: qwen
dataset: {name: openqa, path: data.jsonl}
requests: 2
engine:
  - {type: vllm, name: a, url: "http://gpu1:8000", api_key_file: key}
  - {type: vllm, name: b, url: "http://gpu2:8000"}
)");
  ASSERT_TRUE(inputs.ok()) << inputs.status();
  ASSERT_EQ(inputs->cases.size(), 2u);
  EXPECT_TRUE(inputs->has_secrets());
  EXPECT_EQ(inputs->cases[0].api_key.Reveal(), "sk-1");
  EXPECT_TRUE(inputs->cases[1].api_key.empty());
}

TEST_F(RunInputsTest, AllBadDatasetsAreToldAtOnce) {
  Write("bad1.jsonl", "oops\n");
  Write("bad2.jsonl", "oops\n");
  const absl::Status status = Load(R"(
model: qwen
dataset:
  - {name: one, format: openqa, path: bad1.jsonl}
  - {name: two, format: openqa, path: bad2.jsonl}
requests: 1
engine: {type: vllm, url: "http://gpu1:8000"}
)")
                                  .status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("bad1.jsonl"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("bad2.jsonl"));
}

TEST_F(RunInputsTest, AMaxTokensThatACustomBodyHasNoPlaceForIsRefused) {
  const std::string start = R"(
model: qwen
dataset: {name: openqa, path: data.jsonl}
requests: 1
engine: {type: custom, url: "http://gpu1:8000/x", response: {text: /t}, body: {p: "%p", n: )";
  EXPECT_THAT(std::string(Load(start + "9}}\nsampling: {max_tokens: 64}\n").status().message()),
              HasSubstr("sampling.max_tokens is 64, and the custom engine's body has no place"));
  EXPECT_TRUE(Load(start + "9}}\n").ok());
  EXPECT_TRUE(Load(start + "\"%n\"}}\nsampling: {max_tokens: 64}\n").ok());
}

// Before its dataset is read, and once however many cases they meet in.
TEST_F(RunInputsTest, ADatasetThatTheRouteCannotBeSentIsToldOnce) {
  Write("bad.jsonl", "oops\n");
  const absl::Status status = Load(R"(
model: qwen
dataset: {name: docs, format: rerank, path: bad.jsonl}
concurrency: [1, 2]
requests: 1
engine:
  - {type: vllm, name: chats, url: "http://gpu1:8000"}
  - {type: vllm, name: ranks, url: "http://gpu1:8000", route: rerank}
)")
                                  .status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  const std::string message(status.message());
  EXPECT_THAT(message, HasSubstr("dataset docs (format rerank) has queries with documents"));
  EXPECT_THAT(message, HasSubstr("engine chats (type vllm) on its route chat"));
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
}

// Whether a line goes with a route shows when the file is read, before anything is sent.
TEST_F(RunInputsTest, LinesThatTheirRouteDoesNotTakeAreNamedByPlace) {
  Write("mixed.txt",
        "what is rain?\n"
        R"({"query":"q","documents":["d"]})"
        "\n"
        R"([{"role":"user","content":"a"},{"role":"assistant","content":"b"},)"
        R"({"role":"user","content":"c"}])"
        "\n");
  const std::string scenario = R"(
model: qwen
dataset: {name: mine, format: line_by_line, path: mixed.txt}
requests: 3
engine:
  - {type: vllm, url: "http://gpu1:8000/v1/rerank", name: scorer}
  - {type: tgi, url: "http://gpu2:8080/generate_stream", name: raw}
  - {type: tgi, url: "http://gpu2:8080/generate_stream", name: made, prompt_template: chatml}
)";
  const std::string file = folder_ / "mixed.txt";
  const std::string message(Load(scenario).status().message());
  EXPECT_THAT(message, HasSubstr(file + ":1:1: this is a prompt; engine scorer (type vllm)"));
  EXPECT_THAT(message,
              HasSubstr(file + ":3:1: this is a conversation of several turns; engine raw"));
  EXPECT_EQ(message.find("engine made"), message.npos);
  // What is not used is not complained of.
  Write("mixed.txt", R"({"query":"q","documents":["d"]})"
                     "\nwhat is rain?\n");
  EXPECT_TRUE(Load(R"(
model: qwen
dataset: {name: mine, format: line_by_line, path: mixed.txt}
requests: 1
engine: {type: vllm, url: "http://gpu1:8000/v1/rerank"}
)")
                  .ok());
}

}  // namespace
}  // namespace monsoon
