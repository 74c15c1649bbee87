// Which count holds, by the rule of the case: known answers, worked out by hand with a tokenizer
// that counts words.
#include "controller/core/tokens/token_counting.h"

#include <gtest/gtest.h>

#include "tests/controller/counting/word_tokenizer.h"

namespace monsoon {
namespace {

constexpr int64_t kUnknown = kUnknownTokens;

CaseSpec Spec(TokenRule rule, bool verify = false) {
  CaseSpec spec;
  spec.model.tokenizer = "/t/tokenizer.json";
  spec.token_source = rule;
  spec.verify_usage = verify;
  return spec;
}

// Two words of reasoning in the first event, then three of content: five in all. The engine reports
// nothing; its three events were counted.
RequestRecord Uncounted() {
  RequestRecord record;
  record.status = RequestStatus::kOk;
  record.dispatched_ns = 1;
  record.output_tokens = record.token_events = 3;
  record.token_source = TokenSource::kChunks;
  record.first_chunk_tokens = 1;
  record.flags = kFlagFirstChunkAssumed;
  record.answer = {.text =
                       "let me"
                       "it is 42",
                   .runs = {{TextChannel::kReasoning, 6}, {TextChannel::kContent, 8}},
                   .first_event_bytes = 6};
  return record;
}

// The same answer of an engine that says: 7 output tokens, 11 of input, 4 of reasoning.
RequestRecord Counted() {
  RequestRecord record = Uncounted();
  record.token_source = record.input_token_source = TokenSource::kUsage;
  record.output_tokens = record.usage_output_tokens = 7;
  record.input_tokens = record.usage_input_tokens = 11;
  record.reasoning_tokens = 4;
  return record;
}

RequestRecord After(const CaseSpec& spec, RequestRecord record) {
  CountAnswer(WordTokenizer(), spec, record);
  EXPECT_TRUE(record.answer.empty()) << "the text is of no further use";
  return record;
}

TEST(TokenCountingTest, AgentsSendBackWhatIsNeeded) {
  EXPECT_EQ(KeepTextFor(CaseSpec()), KeepText::kNone) << "no tokenizer";
  EXPECT_EQ(KeepTextFor(Spec(TokenRule::kAuto)), KeepText::kWhereUncounted);
  EXPECT_EQ(KeepTextFor(Spec(TokenRule::kUsage)), KeepText::kNone);
  EXPECT_EQ(KeepTextFor(Spec(TokenRule::kTokenizer)), KeepText::kAll);
  for (const TokenRule rule : {TokenRule::kAuto, TokenRule::kUsage, TokenRule::kTokenizer}) {
    EXPECT_EQ(KeepTextFor(Spec(rule, true)), KeepText::kAll);
  }
}

TEST(TokenCountingTest, KeptAnswersTravelWhateverIsCounted) {
  CaseSpec spec;
  spec.keep_answers = true;
  EXPECT_EQ(KeepTextFor(spec), KeepText::kAll) << "no tokenizer";
  EXPECT_EQ(CountedTextOf(spec), KeepText::kNone);
  spec = Spec(TokenRule::kAuto);
  spec.keep_answers = true;
  EXPECT_EQ(KeepTextFor(spec), KeepText::kAll);
  EXPECT_EQ(CountedTextOf(spec), KeepText::kWhereUncounted);

  RequestRecord record = Counted();
  const AnswerText answer = record.answer;
  CountAnswer(WordTokenizer(), spec, record);
  EXPECT_EQ(record.answer, answer);
  EXPECT_EQ(record.tokenizer_output_tokens, kUnknown) << "only its first chunk was to be counted";
  EXPECT_EQ(record.output_tokens, 7);
  EXPECT_FALSE(WantsPromptTokens(spec, record));
}

TEST(TokenCountingTest, AutoCountsWhereTheEngineDoesNot) {
  const RequestRecord record = After(Spec(TokenRule::kAuto), Uncounted());
  EXPECT_EQ(record.token_source, TokenSource::kTokenizer);
  EXPECT_EQ(record.output_tokens, 5);
  EXPECT_EQ(record.tokenizer_output_tokens, 5);
  EXPECT_EQ(record.usage_output_tokens, kUnknown);
  EXPECT_EQ(record.reasoning_tokens, 2);
  EXPECT_EQ(record.first_chunk_tokens, 2);
  EXPECT_FALSE(record.has_flag(kFlagFirstChunkAssumed));
}

TEST(TokenCountingTest, AutoTakesTheEnginesWordAndCountsOnlyTheFirstChunk) {
  const RequestRecord record = After(Spec(TokenRule::kAuto), Counted());
  EXPECT_EQ(record.token_source, TokenSource::kUsage);
  EXPECT_EQ(record.output_tokens, 7);
  EXPECT_EQ(record.reasoning_tokens, 4);
  EXPECT_EQ(record.tokenizer_output_tokens, kUnknown);
  EXPECT_EQ(record.first_chunk_tokens, 2);
  EXPECT_FALSE(record.has_flag(kFlagFirstChunkAssumed));
}

TEST(TokenCountingTest, AutoLeavesAFirstChunkThatTheEngineCounted) {
  RequestRecord record = Counted();
  record.flags = 0;
  record.first_chunk_tokens = 3;
  EXPECT_EQ(After(Spec(TokenRule::kAuto), record).first_chunk_tokens, 3);
}

TEST(TokenCountingTest, OneRulerForAllEngines) {
  for (const RequestRecord& before : {Uncounted(), Counted()}) {
    const RequestRecord record = After(Spec(TokenRule::kTokenizer), before);
    EXPECT_EQ(record.token_source, TokenSource::kTokenizer);
    EXPECT_EQ(record.output_tokens, 5);
    EXPECT_EQ(record.reasoning_tokens, 2);
    EXPECT_EQ(record.first_chunk_tokens, 2);
    EXPECT_EQ(record.usage_output_tokens, before.usage_output_tokens) << "still as reported";
  }
}

TEST(TokenCountingTest, UsageIsCheckedWithoutBeingReplaced) {
  for (const TokenRule rule : {TokenRule::kAuto, TokenRule::kUsage}) {
    const RequestRecord record = After(Spec(rule, true), Counted());
    EXPECT_EQ(record.output_tokens, 7);
    EXPECT_EQ(record.token_source, TokenSource::kUsage);
    EXPECT_EQ(record.tokenizer_output_tokens, 5);
  }
  const RequestRecord record = After(Spec(TokenRule::kUsage, true), Uncounted());
  EXPECT_EQ(record.token_source, TokenSource::kChunks) << "usage alone was asked for";
  EXPECT_EQ(record.output_tokens, 3);
  EXPECT_EQ(record.first_chunk_tokens, 1);
}

// A run is counted by itself: "let me" and "it" are three words, "let meit" would be two.
TEST(TokenCountingTest, ChannelsDoNotGrowTogether) {
  RequestRecord record = Uncounted();
  record.answer = {.text = "ab",
                   .runs = {{TextChannel::kReasoning, 1}, {TextChannel::kContent, 1}},
                   .first_event_bytes = 2};
  record = After(Spec(TokenRule::kAuto), record);
  EXPECT_EQ(record.output_tokens, 2);
  EXPECT_EQ(record.first_chunk_tokens, 2);
}

TEST(TokenCountingTest, TheFirstChunkMayEndInsideARun) {
  RequestRecord record = Uncounted();
  record.answer.first_event_bytes = 9;  // "let me" and "it "
  EXPECT_EQ(After(Spec(TokenRule::kAuto), record).first_chunk_tokens, 3);
  record.answer.first_event_bytes = 3;  // "let"
  EXPECT_EQ(After(Spec(TokenRule::kAuto), record).first_chunk_tokens, 1);
}

TEST(TokenCountingTest, AnEventWithTextHoldsAToken) {
  RequestRecord record = Uncounted();
  record.answer = {.text = " x", .runs = {{TextChannel::kContent, 2}}, .first_event_bytes = 1};
  record = After(Spec(TokenRule::kAuto), record);
  EXPECT_EQ(record.output_tokens, 1);
  EXPECT_EQ(record.first_chunk_tokens, 1) << "a blank alone has none";
}

TEST(TokenCountingTest, AnAnswerInOnePieceHasNoFirstChunk) {
  RequestRecord record = Uncounted();
  record.flags = kFlagNotStreamed;
  record.first_chunk_tokens = kUnknown;
  record.token_source = TokenSource::kNone;
  record.output_tokens = kUnknown;
  record.answer.first_event_bytes = 0;
  record = After(Spec(TokenRule::kAuto), record);
  EXPECT_EQ(record.output_tokens, 5);
  EXPECT_EQ(record.first_chunk_tokens, kUnknown);
}

TEST(TokenCountingTest, ATextThatWasTooLongIsUnknownNotGuessed) {
  for (const TokenRule rule : {TokenRule::kAuto, TokenRule::kTokenizer}) {
    RequestRecord record = Uncounted();
    record.flags |= kFlagTextTooLong;
    record.answer = {
        .text = "let me", .runs = {{TextChannel::kReasoning, 6}}, .first_event_bytes = 6};
    record = After(Spec(rule), record);
    EXPECT_EQ(record.token_source, TokenSource::kNone);
    EXPECT_EQ(record.output_tokens, kUnknown) << "not the three events, and not the two words";
    EXPECT_EQ(record.reasoning_tokens, kUnknown);
    EXPECT_EQ(record.tokenizer_output_tokens, kUnknown);
    EXPECT_EQ(record.first_chunk_tokens, 2);
  }
}

TEST(TokenCountingTest, ATextThatDidNotComeIsUnknown) {
  RequestRecord record = Counted();
  record.answer = AnswerText();
  record = After(Spec(TokenRule::kTokenizer), record);
  EXPECT_EQ(record.token_source, TokenSource::kNone);
  EXPECT_EQ(record.output_tokens, kUnknown);
}

// ---- Prompts ------------------------------------------------------------------------------------

TEST(TokenCountingTest, PromptsAreCountedWhereTheCountIsWanted) {
  const CaseSpec automatic = Spec(TokenRule::kAuto);
  EXPECT_TRUE(WantsPromptTokens(automatic, Uncounted()));
  EXPECT_FALSE(WantsPromptTokens(automatic, Counted()));
  EXPECT_TRUE(WantsPromptTokens(Spec(TokenRule::kAuto, true), Counted()));
  EXPECT_TRUE(WantsPromptTokens(Spec(TokenRule::kTokenizer), Counted()));
  EXPECT_FALSE(WantsPromptTokens(Spec(TokenRule::kUsage), Uncounted()));
  EXPECT_FALSE(WantsPromptTokens(CaseSpec(), Uncounted())) << "no tokenizer";
  RequestRecord not_sent = Uncounted();
  not_sent.dispatched_ns = kNever;
  EXPECT_FALSE(WantsPromptTokens(Spec(TokenRule::kTokenizer), not_sent));
}

RequestRecord WithPrompt(const CaseSpec& spec, RequestRecord record,
                         std::optional<int64_t> tokens) {
  SetPromptTokens(spec, tokens, record);
  return record;
}

TEST(TokenCountingTest, ThePromptsCountHoldsByTheSameRule) {
  RequestRecord record = WithPrompt(Spec(TokenRule::kAuto), Uncounted(), 9);
  EXPECT_EQ(record.input_tokens, 9);
  EXPECT_EQ(record.input_token_source, TokenSource::kTokenizer);
  record = WithPrompt(Spec(TokenRule::kAuto, true), Counted(), 9);
  EXPECT_EQ(record.input_tokens, 11);
  EXPECT_EQ(record.input_token_source, TokenSource::kUsage);
  EXPECT_EQ(record.tokenizer_input_tokens, 9);
  record = WithPrompt(Spec(TokenRule::kTokenizer), Counted(), 9);
  EXPECT_EQ(record.input_tokens, 9);
  EXPECT_EQ(record.input_token_source, TokenSource::kTokenizer);
  EXPECT_EQ(record.usage_input_tokens, 11);
  record = WithPrompt(Spec(TokenRule::kTokenizer), Counted(), std::nullopt);
  EXPECT_EQ(record.input_tokens, kUnknown);
  EXPECT_EQ(record.input_token_source, TokenSource::kNone);
}

}  // namespace
}  // namespace monsoon
