#include "tests/mock_engine/slots.h"

#include <algorithm>
#include <ctime>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "common/base/str_cat.h"
#include "tests/mock_engine/vocabulary.h"

namespace monsoon::mock_engine {
namespace {

struct SlotName {
  std::string_view name;
  Slot slot;
};

constexpr SlotName kSlots[] = {
    {"id", Slot::kId},
    {"number", Slot::kNumber},
    {"model", Slot::kModel},
    {"prompt", Slot::kPrompt},
    {"created", Slot::kCreated},
    {"created_iso", Slot::kCreatedIso},
    {"text", Slot::kText},
    {"field", Slot::kField},
    {"reasoning_field", Slot::kReasoningField},
    {"content", Slot::kContent},
    {"reasoning", Slot::kReasoning},
    {"all_content", Slot::kAllContent},
    {"all_reasoning", Slot::kAllReasoning},
    {"ids", Slot::kIds},
    {"all_ids", Slot::kAllIds},
    {"last_id", Slot::kLastId},
    {"tokens", Slot::kTokens},
    {"new_tokens", Slot::kNewTokens},
    {"words", Slot::kWords},
    {"prompt_tokens", Slot::kPromptTokens},
    {"total_tokens", Slot::kTotalTokens},
    {"cached_tokens", Slot::kCachedTokens},
    {"uncached_tokens", Slot::kUncachedTokens},
    {"reasoning_tokens", Slot::kReasoningTokens},
    {"finish", Slot::kFinish},
    {"event", Slot::kEvent},
    {"sequence", Slot::kSequence},
    {"item", Slot::kItem},
    {"score", Slot::kScore},
    {"status", Slot::kStatus},
    {"type", Slot::kType},
    {"message", Slot::kMessage},
};

struct FlagName {
  std::string_view name;
  Flag flag;
};

constexpr FlagName kFlags[] = {
    {"usage", Flag::kUsage},
    {"continuous", Flag::kContinuous},
    {"counts", Flag::kCounts},
    {"details", Flag::kDetails},
    {"incremental", Flag::kIncremental},
    {"echo", Flag::kEcho},
    {"cumulative", Flag::kCumulative},
    {"old", Flag::kOld},
    {"tool", Flag::kTool},
    {"cached", Flag::kCached},
    {"first", Flag::kFirst},
    {"thinks", Flag::kThinks},
    {"thinking", Flag::kThinking},
    {"last", Flag::kLast},
    {"stop", Flag::kStop},
};

constexpr int64_t kFirstId = 1000;

void AppendStateWords(const AnswerState& state, int64_t first, int64_t end, std::string* out) {
  const int64_t bad = state.bad_utf8_at;
  if (bad < first || bad >= end) {
    return AppendWords(first, end - first, state.ascii_only, out);
  }
  AppendWords(first, bad + 1 - first, state.ascii_only, out);
  out->append("\xC3\x28");  // a lead byte without its follower
  AppendWords(bad + 1, end - bad - 1, state.ascii_only, out);
}

void AppendContentSoFar(const AnswerState& state, std::string* out) {
  AppendStateWords(state, std::min(state.reasoning_tokens, state.words), state.words, out);
}

void AppendReasoningSoFar(const AnswerState& state, std::string* out) {
  AppendStateWords(state, 0, std::min(state.reasoning_tokens, state.words), out);
}

void AppendText(const AnswerState& state, std::string* out) {
  const Chunk& chunk = state.chunk;
  AppendStateWords(state, chunk.first_token, chunk.first_token + chunk.tokens, out);
}

void AppendIds(int64_t first, int64_t end, std::string* out) {
  for (int64_t i = first; i < end; ++i) {
    absl::StrAppend(out, i == first ? "" : ",", TokenId(i));
  }
}

void AppendIso(int64_t unix_s, std::string* out) {
  const std::time_t time = unix_s;
  std::tm parts = {};
  gmtime_r(&time, &parts);
  absl::StrAppendFormat(out, "%04d-%02d-%02dT%02d:%02d:%02dZ", parts.tm_year + 1900,
                        parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

void AppendTextSlot(Slot slot, const AnswerState& state, std::string* out) {
  const bool thinking = state.has(Flag::kThinking);
  const bool cumulative = state.has(Flag::kCumulative);
  switch (slot) {
    case Slot::kText:
      return AppendText(state, out);
    case Slot::kContent:
      if (cumulative) return AppendContentSoFar(state, out);
      return thinking ? void() : AppendText(state, out);
    case Slot::kReasoning:
      if (cumulative) return AppendReasoningSoFar(state, out);
      return thinking ? AppendText(state, out) : void();
    case Slot::kAllContent:
      return AppendContentSoFar(state, out);
    case Slot::kAllReasoning:
      return AppendReasoningSoFar(state, out);
    case Slot::kIds:
      return AppendIds(state.chunk.first_token, state.chunk.first_token + state.chunk.tokens, out);
    default:
      return AppendIds(0, state.words, out);
  }
}

int64_t NumberOf(Slot slot, AnswerState& state) {
  const Usage& usage = state.usage;
  const int64_t cached = std::max<int64_t>(usage.cached_tokens, 0);
  switch (slot) {
    case Slot::kNumber:
      return static_cast<int64_t>(state.request_index + 1);
    case Slot::kCreated:
      return state.created_s;
    case Slot::kTokens:
      return usage.completion_tokens;
    case Slot::kNewTokens:
      return state.chunk.tokens;
    case Slot::kWords:
      return state.words;
    case Slot::kLastId:
      return TokenId(state.chunk.first_token + state.chunk.tokens - 1);
    case Slot::kPromptTokens:
      return usage.prompt_tokens;
    case Slot::kTotalTokens:
      return usage.prompt_tokens + usage.completion_tokens;
    case Slot::kCachedTokens:
      return cached;
    case Slot::kUncachedTokens:
      return usage.prompt_tokens - cached;
    case Slot::kReasoningTokens:
      return std::min(state.reasoning_tokens, state.words);
    case Slot::kEvent:
      return state.events;
    case Slot::kSequence:
      return state.sequence++;
    case Slot::kItem:
      return state.item;
    default:
      return state.error.status;
  }
}

}  // namespace

std::optional<Slot> FindSlot(std::string_view name) {
  for (const SlotName& known : kSlots) {
    if (known.name == name) return known.slot;
  }
  return std::nullopt;
}

std::optional<Flag> FindFlag(std::string_view name) {
  for (const FlagName& known : kFlags) {
    if (known.name == name) return known.flag;
  }
  return std::nullopt;
}

void AppendSlot(Slot slot, AnswerState& state, std::string* out) {
  switch (slot) {
    case Slot::kId:
      absl::StrAppend(out, absl::Hex(state.request_index, absl::kZeroPad8));
      return;
    case Slot::kModel:
      out->append(state.model);
      return;
    case Slot::kPrompt:
      out->append(state.prompt);
      return;
    case Slot::kCreatedIso:
      return AppendIso(state.created_s, out);
    case Slot::kField:
      out->append(state.has(Flag::kThinking) ? std::string_view(state.reasoning_field) : "content");
      return;
    case Slot::kReasoningField:
      out->append(state.reasoning_field);
      return;
    case Slot::kText:
    case Slot::kContent:
    case Slot::kReasoning:
    case Slot::kAllContent:
    case Slot::kAllReasoning:
    case Slot::kIds:
    case Slot::kAllIds:
      return AppendTextSlot(slot, state, out);
    case Slot::kFinish:
      out->append(state.finish);
      return;
    case Slot::kScore:
      absl::StrAppend(out, 1.0 / static_cast<double>(1 + state.item));
      return;
    case Slot::kType:
      return AppendJsonText(state.error.type, state.ascii_only, out);
    case Slot::kMessage:
      return AppendJsonText(state.error.message, state.ascii_only, out);
    default:
      absl::StrAppend(out, NumberOf(slot, state));
  }
}

void AppendWords(int64_t first, int64_t count, bool ascii_only, std::string* out) {
  for (int64_t i = first; i < first + count; ++i) out->append(EscapedWord(i, ascii_only));
}

int64_t TokenId(int64_t position) { return kFirstId + position % 16; }

}  // namespace monsoon::mock_engine
