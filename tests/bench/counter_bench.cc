// counter_bench: what a run's TokenCounter makes of the model's tokenizer; ./dev bench runs it from
// the root of the repository, as
//
//   counter_bench TOKENIZER.JSON SECONDS
//
// Answers of about 100 tokens (English prose of this repository) are counted twice: by the
// tokenizer itself on one thread, and as records in batches of 256 that four threads, like the
// reading threads of four agents, give to a TokenCounter, with one counting thread, with as many
// as a run takes, and with one for each core. Each record also asks for its prompt's tokens, which
// are known after the first round, as in a run that repeats its prompts; that round is not timed.
// One line of JSON on stdout: rows and tokens a second by the clock.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

#include "controller/io/counting/token_counter.h"
#include "controller/io/tokenizer/open_tokenizer.h"

namespace monsoon::bench {
namespace {

constexpr size_t kAnswerBytes = 400;  // about 100 tokens
constexpr size_t kBatch = 256;
constexpr size_t kBatches = 32;
constexpr size_t kAgents = 4;
constexpr int64_t kPrompts = 500;

using Batches = std::vector<std::vector<RequestRecord>>;

[[noreturn]] void Fail(std::string_view what) {
  std::fprintf(stderr, "%.*s\n", static_cast<int>(what.size()), what.data());
  std::exit(1);
}

double Now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

class Prompts final : public Dataset {
 public:
  int64_t size() const override { return kPrompts; }
  absl::StatusOr<Item> Read(int64_t position) override {
    return Item{.content =
                    "Why does it rain in the month number " + std::to_string(position) + "?"};
  }
  const DatasetStats& stats() const override { return stats_; }

 private:
  DatasetStats stats_;
};

std::vector<std::string> Answers() {
  std::vector<std::string> answers;
  for (const auto& entry : std::filesystem::directory_iterator("docs")) {
    if (entry.path().extension() != ".md") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    for (size_t at = 0; at < text.size(); at += kAnswerBytes) {
      answers.push_back(text.substr(at, kAnswerBytes));
    }
  }
  if (answers.empty()) Fail("docs/ has no prose: run this from the root of the repository");
  return answers;
}

Batches Records(const std::vector<std::string>& answers) {
  Batches batches(kBatches);
  for (size_t i = 0; i < kBatches * kBatch; ++i) {
    RequestRecord record;
    record.request_index = i;
    record.status = RequestStatus::kOk;
    record.dispatched_ns = 1;
    record.answer.text = answers[i % answers.size()];
    record.answer.runs = {{TextChannel::kContent, static_cast<int64_t>(record.answer.text.size())}};
    batches[i / kBatch].push_back(std::move(record));
  }
  return batches;
}

struct Rate {
  double seconds = 0;
  double rows = 0;
  double tokens = 0;

  nlohmann::json ToJson(const char* way, int threads) const {
    return {{"way", way},
            {"threads", threads},
            {"rows_per_s", rows / seconds},
            {"tokens_per_s", tokens / seconds}};
  }
};

Rate CountBare(const Tokenizer& tokenizer, const std::vector<std::string>& answers,
               double min_seconds) {
  Rate rate;
  for (int round = 0; rate.seconds < min_seconds; ++round) {
    const double begin = Now();
    int64_t tokens = 0;
    for (size_t i = 0; i < kBatches * kBatch; ++i) {
      tokens += tokenizer.Count(answers[i % answers.size()]);
    }
    if (round == 0) continue;  // what the tokenizer remembers of a text it learns there
    rate.seconds += Now() - begin;
    rate.rows += kBatches * kBatch;
    rate.tokens += static_cast<double>(tokens);
  }
  return rate;
}

Rate CountRecords(const Tokenizer& tokenizer, const std::vector<std::string>& answers, int threads,
                  double min_seconds) {
  Prompts prompts;
  CaseSpec spec;
  spec.model.tokenizer = "tokenizer.json";
  spec.engine.type = "vllm";
  spec.engine.route = "chat";
  spec.token_source = TokenRule::kTokenizer;
  TokenCounter counter(threads);
  counter.BeginCase({.run_id = "bench",
                     .spec = &spec,
                     .tokenizer = &tokenizer,
                     .dataset = &prompts,
                     .plan = RequestPlan::Make(kPrompts, kBatches * kBatch, 0).value()});
  Rate rate;
  for (int round = 0; rate.seconds < min_seconds; ++round) {
    Batches batches = Records(answers);
    const double begin = Now();
    std::vector<std::thread> agents;
    for (size_t agent = 0; agent < kAgents; ++agent) {
      agents.emplace_back([&, agent] {
        for (size_t i = agent; i < batches.size(); i += kAgents) counter.Count(0, batches[i]);
      });
    }
    for (std::thread& agent : agents) agent.join();
    const double seconds = Now() - begin;
    for (const auto& batch : batches) {
      for (const RequestRecord& record : batch) {
        if (record.output_tokens <= 0 || record.input_tokens <= 0) Fail("a row was not counted");
        if (round > 0) rate.tokens += static_cast<double>(record.output_tokens);
      }
    }
    if (round == 0) continue;
    rate.seconds += seconds;
    rate.rows += kBatches * kBatch;
  }
  counter.EndCase();
  return rate;
}

}  // namespace
}  // namespace monsoon::bench

int main(int argc, char** argv) {
  using namespace monsoon;
  using namespace monsoon::bench;
  const double seconds = argc == 3 ? std::atof(argv[2]) : 0;
  if (seconds <= 0) Fail("usage: counter_bench TOKENIZER.JSON SECONDS");
  const auto tokenizer = OpenTokenizer(argv[1]);
  if (!tokenizer.ok()) Fail(tokenizer.status().ToString());
  const std::vector<std::string> answers = Answers();
  nlohmann::json rows = nlohmann::json::array();
  rows.push_back(CountBare(**tokenizer, answers, seconds).ToJson("bare", 1));
  const int cores = static_cast<int>(std::thread::hardware_concurrency());
  for (const int threads : std::set<int>{1, DefaultCountingThreads(), std::max(cores, 1)}) {
    rows.push_back(CountRecords(**tokenizer, answers, threads, seconds).ToJson("counter", threads));
  }
  std::printf("%s\n", rows.dump().c_str());
  return 0;
}
