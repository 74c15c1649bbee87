// Where token counts come from, in the report: known answers, worked out by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "controller/core/report/case_accumulator.h"
#include "controller/core/report/token_text.h"
#include "controller/core/report/usage_check.h"
#include "tests/controller/report/sample_run.h"

namespace monsoon {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

TEST(UsageCheckTest, DifferencesAreRelativeToTheTokenizer) {
  UsageCheckBuilder builder;
  builder.Add(10, 10);
  builder.Add(15, 10);  // 0.5
  builder.Add(9, 12);   // 0.25
  builder.Add(1, 0);    // of nothing: relative to 1
  builder.Add(kUnknownTokens, 7);
  builder.Add(7, kUnknownTokens);
  const UsageCheck check = builder.Finish();
  EXPECT_EQ(check.requests, 4);
  EXPECT_EQ(check.differ, 3);
  EXPECT_EQ(check.reported, 35);
  EXPECT_EQ(check.counted, 32);
  EXPECT_EQ(check.max_difference, 5);
  EXPECT_DOUBLE_EQ(*check.mean_relative_difference, 1.75 / 4);
  EXPECT_DOUBLE_EQ(*check.max_relative_difference, 1.0);
}

TEST(UsageCheckTest, NothingComparedIsUndefinedNotZero) {
  const UsageCheck check = UsageCheckBuilder().Finish();
  EXPECT_FALSE(check.mean_relative_difference);
  EXPECT_FALSE(check.max_relative_difference);
}

class TokenReportTest : public testing::Test {
 protected:
  TokenReportTest() {
    facts_.planned = 4;
    facts_.spec.concurrency = 2;
    facts_.spec.engine.type = facts_.spec.engine.name = "vllm";
    for (uint64_t i = 0; i < 4; ++i) records_.push_back(StreamedRecord(i, 0, 1'000, 10, 100));
  }
  CaseReport Report() {
    CaseAccumulator accumulator(facts_);
    do {
      for (const RequestRecord& record : records_) accumulator.Add(record);
    } while (!accumulator.EndPass());
    return accumulator.Finish();
  }
  // The tokenizer counts so many tokens of each answer of 100, and of each prompt of 100.
  void Verify(int64_t output, int64_t input) {
    facts_.spec.verify_usage = true;
    for (RequestRecord& record : records_) {
      record.tokenizer_output_tokens = output;
      record.tokenizer_input_tokens = input;
    }
  }

  CaseFacts facts_;
  std::vector<RequestRecord> records_;
};

TEST_F(TokenReportTest, SourcesOfOutputAndInputAreCountedApart) {
  records_[0].token_source = TokenSource::kTokenizer;
  records_[1].input_token_source = TokenSource::kTokenizer;
  records_[2].input_token_source = TokenSource::kNone;
  records_[2].input_tokens = kUnknownTokens;
  const CaseReport report = Report();
  EXPECT_THAT(report.tokens.sources, ElementsAre(Pair("tokenizer", 1), Pair("usage", 3)));
  EXPECT_THAT(report.tokens.input_sources,
              ElementsAre(Pair("none", 1), Pair("tokenizer", 1), Pair("usage", 2)));
  EXPECT_FALSE(report.usage_checks) << "nobody asked";
  const std::string text = TokenTotalsText(report);
  EXPECT_THAT(text, HasSubstr("input (source: 1 none, 1 tokenizer, 2 usage), "));
  EXPECT_THAT(text, HasSubstr("output (source: 1 tokenizer, 3 usage)"));
}

TEST_F(TokenReportTest, EqualSourcesAreSaidOnce) {
  EXPECT_THAT(TokenTotalsText(Report()), testing::EndsWith(" output (source: 4 usage)"));
}

TEST_F(TokenReportTest, TheTemplateOfAServerIsNotInACountOfThePrompt) {
  records_[0].input_token_source = TokenSource::kTokenizer;
  EXPECT_THAT(Report().warnings, Contains(HasSubstr("chat template")));
  facts_.spec.engine.type = "triton";  // whose prompt is put together here
  EXPECT_THAT(Report().warnings, Not(Contains(HasSubstr("chat template"))));
}

TEST_F(TokenReportTest, ASmallDivergenceIsReportedAndNoReasonToWarn) {
  Verify(98, 80);  // the end of the answer and a marker
  const CaseReport report = Report();
  ASSERT_TRUE(report.usage_checks);
  EXPECT_EQ(report.usage_checks->output.differ, 4);
  EXPECT_EQ(report.usage_checks->output.counted, 392);
  EXPECT_EQ(report.usage_checks->input.counted, 320);
  EXPECT_THAT(report.warnings, Not(Contains(HasSubstr("tokenizer of the model"))));
  EXPECT_THAT(
      UsageCheckTexts(report),
      ElementsAre(
          HasSubstr("output: 4 of 4 requests differ, by 2.04% in the mean and 2.04% at most; "
                    "the engine reported 400 tokens, the tokenizer counts 392"),
          HasSubstr("input (the prompts' text, without")));
}

TEST_F(TokenReportTest, ALargeDivergenceIsAWarning) {
  Verify(90, 80);
  EXPECT_THAT(Report().warnings, Contains(HasSubstr("The output tokens that the engine reported")));
  EXPECT_THAT(Report().warnings, Not(Contains(HasSubstr("The input tokens"))))
      << "the server's template explains it";
  facts_.spec.engine.type = "triton";
  EXPECT_THAT(Report().warnings, Contains(HasSubstr("The input tokens that the engine reported")));
}

// Of answers of two words, the end of the answer is a third.
TEST_F(TokenReportTest, AFewTokensOfAShortAnswerAreNoReasonToWarn) {
  for (RequestRecord& record : records_) record.output_tokens = record.usage_output_tokens = 3;
  Verify(2, 100);
  EXPECT_THAT(Report().warnings, Not(Contains(HasSubstr("tokenizer of the model"))));
}

TEST_F(TokenReportTest, WithoutUsageThereIsNothingToCompare) {
  Verify(98, 100);
  for (RequestRecord& record : records_) {
    record.usage_output_tokens = record.usage_input_tokens = kUnknownTokens;
  }
  EXPECT_THAT(UsageCheckTexts(Report()), Contains(HasSubstr("output: nothing to compare")));
}

TEST_F(TokenReportTest, AnAnswerThatWasTooLongIsSaidLoudly) {
  records_[3].flags |= kFlagTextTooLong;
  records_[3].output_tokens = kUnknownTokens;
  records_[3].token_source = TokenSource::kNone;
  const CaseReport report = Report();
  EXPECT_EQ(report.flags.at("text_too_long"), 1);
  EXPECT_THAT(report.warnings, Contains(HasSubstr("1 answers were longer than 4 MiB")));
  EXPECT_THAT(report.warnings, Contains(HasSubstr("lower bound")));
}

TEST_F(TokenReportTest, EnginesThatAreCountedDifferentlyAreToldApart) {
  const CaseReport usage = Report();
  for (RequestRecord& record : records_) record.token_source = TokenSource::kTokenizer;
  facts_.spec.engine.name = "triton";
  const CaseReport tokenizer = Report();
  records_.clear();
  const CaseReport nothing = Report();
  EXPECT_THAT(DifferentRulersText({.cases = {&usage, &tokenizer, &nothing}}),
              HasSubstr("vllm by usage, triton by tokenizer. `token_source: tokenizer`"));
  EXPECT_THAT(DifferentRulersText({.cases = {&usage, &usage, &nothing}}), IsEmpty());
  EXPECT_THAT(DifferentRulersText({.cases = {&nothing}}), IsEmpty());
}

}  // namespace
}  // namespace monsoon
