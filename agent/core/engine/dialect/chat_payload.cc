#include "agent/core/engine/dialect/chat_payload.h"

#include <algorithm>
#include <utility>

#include "agent/core/engine/payload_parts.h"
#include "common/model/request_record.h"

namespace monsoon {
namespace {

uint64_t ChoiceBit(int64_t index) { return uint64_t{1} << std::clamp<int64_t>(index, 0, 63); }

}  // namespace

void ChatPayload::Begin(ResponseSink* sink) {
  sink_ = sink;
  seen_choices_ = finished_choices_ = 0;
  choice_event_seen_ = continuous_usage_ = false;
  usage_so_far_ = 0;
  event_.ReleaseLargeBuffers();
}

PayloadProgress ChatPayload::progress() const {
  const bool finished = seen_choices_ != 0 && (seen_choices_ & ~finished_choices_) == 0;
  return finished ? PayloadProgress::kFinished : PayloadProgress::kOpen;
}

PayloadResult ChatPayload::Read(std::string_view, std::string_view payload, PayloadForm form) {
  if (payload == "null") return PayloadResult::kRead;
  Chunk chunk;
  const bool read = event_.Open(payload) && ReadRoot(chunk);
  if (event_.repaired()) sink_->OnFlags(kFlagInvalidUtf8);
  if (chunk.suspect && ReportError(payload, form, *sink_)) return PayloadResult::kError;
  MergeTimings(chunk);
  EmitCounts(chunk);
  if (!read) return PayloadResult::kNotJson;
  // As the whole of an answer, JSON of another kind is none. In a stream it may be anything.
  const bool foreign = form == PayloadForm::kDocument && !chunk.has_choices;
  return foreign ? PayloadResult::kNotJson : PayloadResult::kRead;
}

// The root is one chunk, or (MII's gateway) an array of them.
bool ChatPayload::ReadRoot(Chunk& chunk) {
  const auto visit = [this, &chunk](JsonKey key, JsonValue value) {
    return ReadChunk(chunk, key, value);
  };
  if (event_.root_kind() == '{') return ForEachField(event_.root(), visit) && event_.AtEnd();
  const bool read = ForEachElement(
      event_.root(), [&visit](JsonValue element) { return ForEachField(element, visit); });
  return read && event_.AtEnd();
}

bool ChatPayload::ReadChunk(Chunk& chunk, JsonKey key, JsonValue value) {
  if (KeyIs(key, "choices")) {
    chunk.has_choices = true;
    if (KindOf(value) != '[') return true;
    return ForEachElement(value, [this, &chunk](JsonValue choice) {
      return KindOf(choice) != '{' || ReadChoice(chunk, choice);
    });
  }
  if (KeyIs(key, "usage")) {
    if (KindOf(value) != '{') return true;
    Usage usage;
    const bool read = ReadUsage(value, usage);
    if (HasCounts(usage)) chunk.usage = usage;
    return read;
  }
  if (KeyIs(key, "timings")) return KindOf(value) != '{' || ReadTimings(chunk, value);
  chunk.suspect |= HintsAtError(key, value);
  return true;
}

// llama.cpp: prompt_n is what was evaluated, beside the cache_n tokens that were reused.
bool ChatPayload::ReadTimings(Chunk& chunk, JsonValue timings) {
  int64_t evaluated = kUnknownTokens;
  Usage& usage = chunk.timings;
  const bool read = ForEachField(timings, [&evaluated, &usage](JsonKey key, JsonValue value) {
    if (KeyIs(key, "cache_n")) usage.cached_tokens = TokenCount(value);
    if (KeyIs(key, "prompt_n")) evaluated = TokenCount(value);
    if (KeyIs(key, "predicted_n")) usage.output_tokens = TokenCount(value);
    return true;
  });
  if (evaluated >= 0 && usage.cached_tokens >= 0) {
    usage.input_tokens = evaluated + usage.cached_tokens;
  }
  return read;
}

bool ChatPayload::ReadChoice(Chunk& chunk, JsonValue choice) {
  int64_t index = 0;
  FinishReason reason = FinishReason::kNone;
  const bool read = ForEachField(choice, [&](JsonKey key, JsonValue value) {
    if (KeyIs(key, "index")) {
      index = LenientInt(value).value_or(0);
    } else if (KeyIs(key, "delta") || KeyIs(key, "message")) {
      return KindOf(value) != '{' || ReadMessage(value);
    } else if (KeyIs(key, "text")) {
      return EmitText(event_, TextChannel::kContent, value, *sink_);
    } else if (KeyIs(key, "finish_reason")) {
      return ReadFinishReason(event_, value, reason);
    } else if (KeyIs(key, "token_ids") || KeyIs(key, "output_ids")) {
      if (KindOf(value) != '[') return true;
      const std::optional<int64_t> count = CountElements(value);
      if (count.has_value()) chunk.listed_tokens = chunk.listed_tokens.value_or(0) + *count;
      return count.has_value();
    }
    return true;
  });
  ++chunk.choices;
  seen_choices_ |= ChoiceBit(index);
  if (reason != FinishReason::kNone) {
    finished_choices_ |= ChoiceBit(index);
    sink_->OnFinish(reason);
  }
  return read;
}

bool ChatPayload::ReadMessage(JsonValue message) {
  std::string_view reasoning;
  return ForEachField(message, [this, &reasoning](JsonKey key, JsonValue value) {
    if (KeyIs(key, "content")) return ReadContent(TextChannel::kContent, value);
    if (KeyIs(key, "reasoning_content") || KeyIs(key, "reasoning")) {
      return ReadReasoning(value, reasoning);
    }
    if (KeyIs(key, "refusal")) return EmitText(event_, TextChannel::kRefusal, value, *sink_);
    if (KeyIs(key, "tool_calls")) return ReadToolCalls(value);
    if (KeyIs(key, "function_call")) return ReadFunction(value);
    return true;
  });
}

// Content is a string, or a list of parts of which the texts count.
bool ChatPayload::ReadContent(TextChannel channel, JsonValue value) {
  if (KindOf(value) != '[') return EmitText(event_, channel, value, *sink_);
  return ForEachElement(value, [this, channel](JsonValue part) {
    if (KindOf(part) != '{') return true;
    return ForEachField(part, [this, channel](JsonKey key, JsonValue text) {
      return !KeyIs(key, "text") || EmitText(event_, channel, text, *sink_);
    });
  });
}

bool ChatPayload::ReadReasoning(JsonValue value, std::string_view& earlier) {
  if (KindOf(value) != '"') return true;
  const std::optional<std::string_view> text = event_.String(value);
  if (!text.has_value()) return false;
  if (!text->empty() && *text != earlier) sink_->OnText(TextChannel::kReasoning, *text);
  earlier = *text;
  return true;
}

bool ChatPayload::ReadToolCalls(JsonValue calls) {
  if (KindOf(calls) != '[') return true;
  return ForEachElement(calls, [this](JsonValue call) {
    if (KindOf(call) != '{') return true;
    return ForEachField(call, [this](JsonKey key, JsonValue function) {
      return !KeyIs(key, "function") || ReadFunction(function);
    });
  });
}

bool ChatPayload::ReadFunction(JsonValue function) {
  if (KindOf(function) != '{') return true;
  return ForEachField(function, [this](JsonKey key, JsonValue value) {
    if (!KeyIs(key, "name") && !KeyIs(key, "arguments")) return true;
    return EmitText(event_, TextChannel::kTool, value, *sink_);
  });
}

void ChatPayload::MergeTimings(Chunk& chunk) {
  if (!chunk.usage.has_value()) {
    if (HasCounts(chunk.timings)) chunk.usage = chunk.timings;
  } else if (chunk.usage->cached_tokens < 0) {
    chunk.usage->cached_tokens = chunk.timings.cached_tokens;
  }
}

void ChatPayload::EmitCounts(const Chunk& chunk) {
  const std::optional<int64_t> growth = ContinuousTokens(chunk);
  const std::optional<int64_t> tokens = growth.has_value() ? growth : chunk.listed_tokens;
  if (tokens.has_value()) sink_->OnEventTokens(*tokens);
  if (chunk.usage.has_value()) sink_->OnUsage(*chunk.usage);
}

std::optional<int64_t> ChatPayload::ContinuousTokens(const Chunk& chunk) {
  if (chunk.choices == 0) return std::nullopt;
  const bool counted = chunk.usage.has_value() && chunk.usage->output_tokens >= 0;
  const bool first = !std::exchange(choice_event_seen_, true);
  if (first) continuous_usage_ = counted;
  if (!continuous_usage_ || !counted || seen_choices_ != 1) return std::nullopt;
  const int64_t growth = chunk.usage->output_tokens - usage_so_far_;
  usage_so_far_ = chunk.usage->output_tokens;
  return growth >= 0 ? std::optional<int64_t>(growth) : std::nullopt;
}

}  // namespace monsoon
