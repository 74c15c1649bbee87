// Counting between the agents' threads and the run: what is counted, how often, and by whom.
#include "controller/io/counting/token_counter.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"

#include "controller/io/dataset/shared_dataset.h"
#include "tests/controller/counting/word_tokenizer.h"

namespace monsoon {
namespace {

// Prompt p has p + 1 words; the last one cannot be read.
class StairsDataset final : public Dataset {
 public:
  explicit StairsDataset(int64_t size, std::atomic<int>* reads) : size_(size), reads_(*reads) {}
  int64_t size() const override { return size_; }
  absl::StatusOr<Item> Read(int64_t position) override {
    ++reads_;
    if (position == size_ - 1) return absl::DataLossError("the file changed");
    std::string prompt;
    for (int64_t i = 0; i <= position; ++i) prompt += "word ";
    return Item{ItemKind::kPrompt, prompt};
  }
  const DatasetStats& stats() const override { return stats_; }

 private:
  const int64_t size_;
  std::atomic<int>& reads_;
  DatasetStats stats_;
};

class CountingTokenizer final : public WordTokenizer {
 public:
  int64_t Count(std::string_view text) const override {
    ++calls;
    return WordTokenizer::Count(text);
  }
  mutable std::atomic<int> calls{0};
};

class TokenCounterTest : public ::testing::Test {
 protected:
  TokenCounterTest() {
    spec_.index = 3;
    spec_.model.tokenizer = "/t";
    spec_.engine.type = "vllm";
  }

  void Begin() {
    counter_.BeginCase({.run_id = "run",
                        .spec = &spec_,
                        .tokenizer = &tokenizer_,
                        .dataset = &dataset_,
                        .plan = RequestPlan::Make(dataset_.size(), 100, 0).value()});
  }
  // Of an engine that reports nothing; the answer has index + 1 words.
  static RequestRecord Record(uint64_t index) {
    RequestRecord record;
    record.request_index = index;
    record.status = RequestStatus::kOk;
    record.dispatched_ns = 1;
    record.token_events = 1;
    record.output_tokens = 1;
    record.token_source = TokenSource::kChunks;
    for (uint64_t i = 0; i <= index; ++i) record.answer.text += "word ";
    record.answer.runs = {{TextChannel::kContent, static_cast<int64_t>(record.answer.text.size())}};
    return record;
  }
  static std::vector<RequestRecord> Records(uint64_t first, uint64_t count) {
    std::vector<RequestRecord> records;
    for (uint64_t i = first; i < first + count; ++i) records.push_back(Record(i));
    return records;
  }

  CaseSpec spec_;
  std::atomic<int> reads_{0};
  SharedDataset dataset_{std::make_unique<StairsDataset>(11, &reads_)};
  CountingTokenizer tokenizer_;
  TokenCounter counter_{3};
};

TEST_F(TokenCounterTest, EveryRecordOfABatchIsCounted) {
  Begin();
  std::vector<RequestRecord> records = Records(0, 40);
  counter_.Count(3, records);
  for (uint64_t i = 0; i < records.size(); ++i) {
    EXPECT_EQ(records[i].request_index, i) << "the order stays";
    EXPECT_EQ(records[i].output_tokens, static_cast<int64_t>(i) + 1);
    EXPECT_EQ(records[i].token_source, TokenSource::kTokenizer);
    const int64_t position = static_cast<int64_t>(i) % 11;
    EXPECT_EQ(records[i].input_tokens, position == 10 ? kUnknownTokens : position + 1);
  }
  counter_.EndCase();
}

TEST_F(TokenCounterTest, APromptThatIsSentAgainCostsNothing) {
  Begin();
  std::vector<RequestRecord> records = Records(0, 10);
  counter_.Count(3, records);
  const int reads = reads_;
  const int calls = tokenizer_.calls;
  records = Records(11, 10);  // the dataset begins again
  counter_.Count(3, records);
  EXPECT_EQ(records[4].input_tokens, 5);
  EXPECT_EQ(reads_, reads);
  EXPECT_EQ(tokenizer_.calls, calls + 10) << "the answers alone";
  counter_.EndCase();

  // Nor in a later case that sends it in the same way.
  spec_.index = 4;
  Begin();
  records = Records(0, 10);
  counter_.Count(4, records);
  EXPECT_EQ(records[9].input_tokens, 10);
  EXPECT_EQ(reads_, reads);
  counter_.EndCase();

  // But in one that sends it otherwise: a system prompt of two words.
  spec_.index = 5;
  spec_.engine.system_prompt = "Be brief.";
  Begin();
  records = Records(0, 10);
  counter_.Count(5, records);
  EXPECT_EQ(records[9].input_tokens, 12);
  counter_.EndCase();
}

TEST_F(TokenCounterTest, ACacheBustPrefixIsCountedWithItsPrompt) {
  spec_.dataset.cache_bust = true;
  Begin();
  std::vector<RequestRecord> records = Records(0, 22);
  counter_.Count(3, records);
  EXPECT_EQ(records[0].input_tokens, 2) << "the prefix is a word of its own";
  EXPECT_EQ(records[11].input_tokens, 2);
  EXPECT_EQ(reads_, 22) << "each request has a text of its own";
  counter_.EndCase();
}

TEST_F(TokenCounterTest, WhatTheEngineReportedIsNotCounted) {
  Begin();
  std::vector<RequestRecord> records = {Record(0)};
  records[0].token_source = records[0].input_token_source = TokenSource::kUsage;
  records[0].output_tokens = 99;
  records[0].input_tokens = 98;
  counter_.Count(3, records);
  EXPECT_EQ(records[0].output_tokens, 99);
  EXPECT_EQ(records[0].input_tokens, 98);
  EXPECT_EQ(tokenizer_.calls, 0);
  EXPECT_EQ(reads_, 0);
  counter_.EndCase();
}

TEST_F(TokenCounterTest, RecordsOfAnotherCaseStayAsTheyAre) {
  std::vector<RequestRecord> records = Records(0, 5);
  counter_.Count(3, records);  // none is going on
  Begin();
  counter_.Count(2, records);  // of one that counts nothing
  EXPECT_EQ(tokenizer_.calls, 0);
  for (const RequestRecord& record : records) {
    EXPECT_EQ(record.token_source, TokenSource::kChunks);
    EXPECT_FALSE(record.answer.empty());
  }
  counter_.EndCase();  // once more does no harm
}

// From an agent that was lost in its case and came back in the next one.
TEST_F(TokenCounterTest, LateRecordsAreCountedByTheRulesOfTheirCase) {
  Begin();
  counter_.EndCase();
  spec_.index = 4;
  spec_.keep_answers = true;
  Begin();
  std::vector<RequestRecord> late = Records(0, 5), records = Records(0, 5);
  counter_.Count(3, late);
  counter_.Count(4, records);
  EXPECT_EQ(late[4].output_tokens, 5);
  EXPECT_EQ(late[4].token_source, TokenSource::kTokenizer);
  EXPECT_TRUE(late[4].answer.empty()) << "its case keeps no answers";
  EXPECT_FALSE(records[4].answer.empty());
  counter_.EndCase();
}

// A request index that no plan has, from an agent that is broken, must not be looked up.
TEST_F(TokenCounterTest, ARequestThatThePlanDoesNotHaveHasNoPrompt) {
  Begin();
  std::vector<RequestRecord> records = {Record(0), Record(0)};
  records[0].request_index = 100;
  records[1].request_index = ~uint64_t{0};
  counter_.Count(3, records);
  EXPECT_EQ(records[0].input_tokens, kUnknownTokens);
  EXPECT_EQ(records[1].input_tokens, kUnknownTokens);
  EXPECT_EQ(records[1].output_tokens, 1);
  counter_.EndCase();
}

TEST_F(TokenCounterTest, ManyAgentsCountAtOnceWhileTheRunReadsTheDataset) {
  Begin();
  std::vector<std::thread> agents;
  std::atomic<int> wrong{0};
  for (uint64_t agent = 0; agent < 4; ++agent) {
    agents.emplace_back([&, agent] {
      for (uint64_t batch = 0; batch < 20; ++batch) {
        std::vector<RequestRecord> records = Records((agent * 20 + batch) % 60, 30);
        counter_.Count(3, records);
        for (const RequestRecord& record : records) {
          wrong += record.output_tokens != static_cast<int64_t>(record.request_index) + 1;
        }
      }
    });
  }
  for (int i = 0; i < 200; ++i) wrong += !dataset_.Read(i % 10).ok();
  for (std::thread& agent : agents) agent.join();
  counter_.EndCase();
  EXPECT_EQ(wrong, 0);
}

TEST_F(TokenCounterTest, TheEndWaitsForWhatIsBeingCounted) {
  class SlowTokenizer final : public WordTokenizer {
   public:
    int64_t Count(std::string_view text) const override {
      if (!began.HasBeenNotified()) began.Notify();
      go_on.WaitForNotification();
      return WordTokenizer::Count(text);
    }
    mutable absl::Notification began;
    absl::Notification go_on;
  };
  SlowTokenizer slow;
  counter_.BeginCase({.run_id = "run",
                      .spec = &spec_,
                      .tokenizer = &slow,
                      .dataset = &dataset_,
                      .plan = RequestPlan::Make(11, 100, 0).value()});
  std::vector<RequestRecord> records = {Record(2)};
  std::thread agent([&] { counter_.Count(3, records); });
  slow.began.WaitForNotification();
  std::atomic<bool> ended{false};
  std::thread run([&] {
    counter_.EndCase();
    ended = true;
  });
  absl::SleepFor(absl::Milliseconds(50));
  EXPECT_FALSE(ended);
  slow.go_on.Notify();
  run.join();
  agent.join();
  EXPECT_EQ(records[0].output_tokens, 3);
  EXPECT_EQ(records[0].input_tokens, 3);
}

}  // namespace
}  // namespace monsoon
