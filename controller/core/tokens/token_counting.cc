#include "controller/core/tokens/token_counting.h"

#include <algorithm>
#include <string_view>

namespace monsoon {
namespace {

struct AnswerTokens {
  int64_t all = 0;
  int64_t reasoning = 0;
};

// Of the first `bytes` of the answer.
AnswerTokens CountTokens(const Tokenizer& tokenizer, const AnswerText& answer, int64_t bytes) {
  AnswerTokens tokens;
  std::string_view rest(answer.text.data(), static_cast<size_t>(bytes));
  for (const TextRun& run : answer.runs) {
    if (rest.empty()) break;
    const std::string_view text = rest.substr(0, static_cast<size_t>(run.bytes));
    rest.remove_prefix(text.size());
    const int64_t count = tokenizer.Count(text);
    tokens.all += count;
    if (run.channel == TextChannel::kReasoning) tokens.reasoning += count;
  }
  return tokens;
}

bool ReportedByEngine(const RequestRecord& record) {
  return record.token_source == TokenSource::kUsage;
}

bool WantsAnswerTokens(const CaseSpec& spec, const RequestRecord& record) {
  return CountedTextOf(spec) == KeepText::kAll || !ReportedByEngine(record);
}

// Whether the tokenizer's count is the one that holds.
bool TokenizerRules(TokenRule rule, bool reported) {
  return rule == TokenRule::kTokenizer || (rule == TokenRule::kAuto && !reported);
}

void SettleOutput(std::optional<AnswerTokens> counted, RequestRecord& record) {
  record.token_source = counted ? TokenSource::kTokenizer : TokenSource::kNone;
  record.output_tokens = counted ? counted->all : kUnknownTokens;
  record.reasoning_tokens = counted ? counted->reasoning : kUnknownTokens;
}

// An event with text holds a token, whatever a tokenizer makes of that text alone.
void CountFirstChunk(const Tokenizer& tokenizer, RequestRecord& record) {
  const int64_t bytes = record.answer.first_event_bytes;
  if (bytes == 0) return;
  const AnswerTokens tokens = CountTokens(tokenizer, record.answer, bytes);
  record.first_chunk_tokens = std::max<int64_t>(tokens.all, 1);
  record.flags &= ~static_cast<uint32_t>(kFlagFirstChunkAssumed);
}

}  // namespace

KeepText CountedTextOf(const CaseSpec& spec) {
  if (!spec.model.has_tokenizer()) return KeepText::kNone;
  if (spec.verify_usage || spec.token_source == TokenRule::kTokenizer) return KeepText::kAll;
  return spec.token_source == TokenRule::kAuto ? KeepText::kWhereUncounted : KeepText::kNone;
}

KeepText KeepTextFor(const CaseSpec& spec) {
  return spec.keep_answers ? KeepText::kAll : CountedTextOf(spec);
}

void CountAnswer(const Tokenizer& tokenizer, const CaseSpec& spec, RequestRecord& record) {
  const TokenRule rule = spec.token_source;
  const bool reported = ReportedByEngine(record);
  if (WantsAnswerTokens(spec, record)) {
    std::optional<AnswerTokens> counted;
    if (!record.answer.empty() && !record.has_flag(kFlagTextTooLong)) {
      counted =
          CountTokens(tokenizer, record.answer, static_cast<int64_t>(record.answer.text.size()));
      record.tokenizer_output_tokens = counted->all;
    }
    if (TokenizerRules(rule, reported)) SettleOutput(counted, record);
  }
  const bool assumed = record.has_flag(kFlagFirstChunkAssumed);
  if (rule == TokenRule::kTokenizer || (rule == TokenRule::kAuto && assumed)) {
    CountFirstChunk(tokenizer, record);
  }
  if (!spec.keep_answers) record.answer = AnswerText();
}

bool WantsPromptTokens(const CaseSpec& spec, const RequestRecord& record) {
  if (record.dispatched_ns == kNever) return false;
  const bool reported = record.input_token_source == TokenSource::kUsage;
  return CountedTextOf(spec) == KeepText::kAll ||
         (CountedTextOf(spec) == KeepText::kWhereUncounted && !reported);
}

void SetPromptTokens(const CaseSpec& spec, std::optional<int64_t> tokens, RequestRecord& record) {
  const bool reported = record.input_token_source == TokenSource::kUsage;
  record.tokenizer_input_tokens = tokens.value_or(kUnknownTokens);
  if (!TokenizerRules(spec.token_source, reported)) return;
  record.input_tokens = record.tokenizer_input_tokens;
  record.input_token_source = tokens ? TokenSource::kTokenizer : TokenSource::kNone;
}

}  // namespace monsoon
