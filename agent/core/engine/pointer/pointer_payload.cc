#include "agent/core/engine/pointer/pointer_payload.h"

#include <algorithm>
#include <optional>

#include "agent/core/engine/error_object.h"
#include "agent/core/engine/utf8.h"
#include "common/model/request_record.h"

namespace monsoon {
namespace {

bool IsNumber(char kind) { return kind == '-' || (kind >= '0' && kind <= '9'); }

int64_t Count(JsonValue value) {
  const std::optional<int64_t> count = LenientInt(value);
  return count.has_value() && *count >= 0 ? *count : kUnknownTokens;
}

const PointerTree::Node* ChildFor(const PointerTree::Node& node, JsonKey key) {
  for (const PointerTree::Node& child : node.children) {
    if (KeyIs(key, child.key)) return &child;
  }
  return nullptr;
}

}  // namespace

PointerPayload::PointerPayload(std::shared_ptr<const AnswerSpec> spec, JsonEvent* event)
    : spec_(std::move(spec)), event_(*event) {}

void PointerPayload::Begin(ResponseSink* sink) {
  sink_ = sink;
  mode_ = spec_->mode;
  mode_is_a_guess_ = false;
  content_.Reset();
  reasoning_.Reset();
  text_event_seen_ = continuous_usage_ = finished_ = terminated_ = false;
  tokens_so_far_ = 0;
  event_.ReleaseLargeBuffers();
}

PayloadProgress PointerPayload::progress() const {
  if (terminated_) return PayloadProgress::kTerminated;
  return finished_ ? PayloadProgress::kFinished : PayloadProgress::kOpen;
}

bool PointerPayload::ends_with_body() const {
  return spec_->end == EndRule::kBody || (spec_->end == EndRule::kBodyAfterFinish && finished_);
}

void PointerPayload::Close() {
  if (const std::string_view text = reasoning_.Rest(); !text.empty()) {
    sink_->OnText(TextChannel::kReasoning, text);
  }
  if (const std::string_view text = content_.Rest(); !text.empty()) {
    sink_->OnText(TextChannel::kContent, text);
  }
}

PayloadResult PointerPayload::Read(std::string_view, std::string_view payload, PayloadForm form) {
  if (payload == "null") return PayloadResult::kRead;
  found_ = Found();
  texts_.clear();
  const PointerTree& tree = form == PayloadForm::kEvent ? spec_->event : spec_->document;
  const bool read = event_.Open(payload) && WalkRoot(tree) && event_.AtEnd();
  if (event_.repaired()) sink_->OnFlags(kFlagInvalidUtf8);
  if (ReportError(payload, form)) return PayloadResult::kError;
  if (!read) return PayloadResult::kNotJson;
  // As the whole of an answer, JSON of another kind is none. In a stream it may be anything.
  if (form == PayloadForm::kDocument && !found_.has_text) return PayloadResult::kNotJson;
  Emit(form);
  return PayloadResult::kRead;
}

// ---- Looking for what the pointers point to -----------------------------------------------------

bool PointerPayload::WalkRoot(const PointerTree& tree) {
  const Node& root = tree.root();
  if (event_.root_kind() == '{') {
    return ForEachField(event_.root(), [this, &root](JsonKey key, JsonValue value) {
      return WalkMember(root, key, value);
    });
  }
  const bool by_index = root.LeadsToElements();
  int64_t index = 0;
  return ForEachElement(event_.root(), [this, &root, &index, by_index](JsonValue value) {
    if (!by_index) return KindOf(value) != '{' || WalkAnswer(root, value);
    const Node* const child = root.ChildFor(index++);
    return child == nullptr || Walk(*child, value);
  });
}

bool PointerPayload::WalkAnswer(const Node& root, JsonValue value) {
  return ForEachField(value, [this, &root](JsonKey key, JsonValue member) {
    return WalkMember(root, key, member);
  });
}

bool PointerPayload::WalkMember(const Node& root, JsonKey key, JsonValue value) {
  if (const Node* const child = ChildFor(root, key); child != nullptr) return Walk(*child, value);
  Suspect(key, value);
  return true;
}

bool PointerPayload::Walk(const Node& node, JsonValue value) {
  const char kind = KindOf(value);
  if (kind == '{' && !node.children.empty()) {
    return ForEachField(value, [this, &node](JsonKey key, JsonValue member) {
      const Node* const child = ChildFor(node, key);
      return child == nullptr || Walk(*child, member);
    });
  }
  if (kind == '[' && node.LeadsToElements()) {
    int64_t index = 0;
    return ForEachElement(value, [this, &node, &index](JsonValue element) {
      const Node* const child = node.ChildFor(index++);
      return child == nullptr || Walk(*child, element);
    });
  }
  return node.roles == 0 || Take(node, kind, value);
}

// ---- What was found -----------------------------------------------------------------------------

bool PointerPayload::Take(const Node& node, char kind, JsonValue value) {
  found_.has_text |= node.Has(Role::kText) || node.Has(Role::kReasoning);
  if (kind == 'n' || kind == '\0') return true;
  found_.mark |= node.Has(Role::kTokenMark);
  found_.done |= node.Has(Role::kDone) && kind != 'f';
  if (kind == '"') {
    TakeNumber(node, value);
    const std::optional<std::string_view> text = event_.String(value);
    return text.has_value() && TakeString(node, *text);
  }
  if (kind == '{' || kind == '[') return TakeComposite(node, kind, value);
  if (IsNumber(kind)) {
    TakeNumber(node, value);
    found_.error |= node.Has(Role::kError) && LenientInt(value) != 0;
  } else if (kind == 't') {
    found_.hidden |= node.Has(Role::kHidden);
    found_.error |= node.Has(Role::kError);
    if (node.Has(Role::kFinish)) found_.finish = FinishReason::kStop;
  }
  return true;
}

bool PointerPayload::TakeString(const Node& node, std::string_view text) {
  if (text.empty()) return true;
  if (node.Has(Role::kText)) texts_.emplace_back(TextChannel::kContent, text);
  if (node.Has(Role::kReasoning)) texts_.emplace_back(TextChannel::kReasoning, text);
  if (node.Has(Role::kTool)) texts_.emplace_back(TextChannel::kTool, text);
  if (node.Has(Role::kFinish)) {
    const FinishReason reason = NormaliseFinishReason(text);
    if (reason != FinishReason::kNone) found_.finish = reason;
  }
  if (node.Has(Role::kError)) {
    found_.error = true;
    found_.error_text = text;
  }
  return true;
}

void PointerPayload::TakeNumber(const Node& node, JsonValue value) {
  if (node.Has(Role::kInputTokens)) found_.usage.input_tokens = Count(value);
  if (node.Has(Role::kOutputTokens)) found_.usage.output_tokens = Count(value);
  if (node.Has(Role::kCachedTokens)) found_.usage.cached_tokens = Count(value);
  if (node.Has(Role::kReasoningTokens)) found_.usage.reasoning_tokens = Count(value);
  if (node.Has(Role::kEventTokens)) found_.event_tokens = Count(value);
}

bool PointerPayload::TakeComposite(const Node& node, char kind, JsonValue value) {
  if (kind == '[' && node.Has(Role::kTokenList)) {
    const std::optional<int64_t> count = CountElements(value);
    if (count.has_value()) found_.listed_tokens = *count;
    return count.has_value();
  }
  if (kind == '{' && node.Has(Role::kFinish)) {
    return ForEachField(value, [this, &node](JsonKey key, JsonValue member) {
      if (!KeyIs(key, "type") || KindOf(member) != '"') return true;
      const std::optional<std::string_view> word = event_.String(member);
      return word.has_value() && TakeString(node, *word);
    });
  }
  if (!node.Has(Role::kError)) return true;
  if (kind == '[') {
    const std::optional<int64_t> count = CountElements(value);
    found_.error |= count.value_or(1) > 0;
    return count.has_value();
  }
  return ForEachField(value, [this](JsonKey, JsonValue) { return found_.error = true; });
}

// Members that nothing points to, and that an error object would have.
void PointerPayload::Suspect(JsonKey key, JsonValue value) {
  const char kind = KindOf(value);
  if (kind == 'n' || kind == 'f') return;
  if (KeyIs(key, "error") || KeyIs(key, "detail")) {
    found_.suspect = true;
  } else if (KeyIs(key, "object") || KeyIs(key, "type")) {
    found_.suspect |= IsString(value, "error");
  } else if (KeyIs(key, "message")) {
    found_.has_message = kind == '"' && !IsString(value, "");
  } else if (KeyIs(key, "code")) {
    found_.has_code = !IsString(value, "");
  }
}

bool PointerPayload::ReportError(std::string_view payload, PayloadForm form) {
  const bool suspect = found_.suspect || (found_.has_message && found_.has_code);
  if (!suspect && !found_.error) return false;
  const ErrorClass error_class =
      form == PayloadForm::kEvent ? ErrorClass::kErrorInStream : ErrorClass::kErrorIn200Body;
  if (!found_.error_text.empty()) {
    sink_->OnError(error_class, Excerpt(found_.error_text));
  } else if (const auto error = FindErrorObject(payload); error.has_value()) {
    sink_->OnError(error_class, DescribeError(*error));
  } else if (found_.error) {
    sink_->OnError(error_class, Excerpt(payload));
  } else {
    return false;
  }
  return true;
}

// ---- Telling it ---------------------------------------------------------------------------------

void PointerPayload::Emit(PayloadForm form) {
  const bool stream = form == PayloadForm::kEvent;
  for (const auto& [channel, text] : texts_) {
    if (found_.hidden) break;
    stream ? EmitText(channel, text) : sink_->OnText(channel, text);
  }
  const int64_t tokens = stream ? EventTokens() : kUnknownTokens;
  if (tokens >= 0) sink_->OnEventTokens(tokens);
  const Usage& usage = found_.usage;
  if (std::max({usage.input_tokens, usage.output_tokens, usage.cached_tokens,
                usage.reasoning_tokens}) >= 0) {
    sink_->OnUsage(usage);
  }
  if (found_.finish != FinishReason::kNone) {
    finished_ = true;
    sink_->OnFinish(found_.finish);
  }
  terminated_ |= found_.done;
}

void PointerPayload::EmitText(TextChannel channel, std::string_view text) {
  if (channel != TextChannel::kTool && spec_->mode != TextMode::kDelta) {
    TextDiff& diff = channel == TextChannel::kReasoning ? reasoning_ : content_;
    if (IsCumulative(diff, text)) {
      text = diff.Advance(text);
    } else if (const std::string_view held_back = diff.Rest(); !held_back.empty()) {
      sink_->OnText(channel, held_back);
    }
  }
  if (!text.empty()) sink_->OnText(channel, text);
}

// The first text is both; the second tells.
bool PointerPayload::IsCumulative(const TextDiff& diff, std::string_view text) {
  if (mode_ == TextMode::kAuto && !diff.empty()) {
    const int64_t so_far = found_.usage.output_tokens;
    mode_is_a_guess_ = found_.listed_tokens < 0 || so_far < 0;
    const bool cumulative =
        mode_is_a_guess_ ? !diff.Contradicts(text) : found_.listed_tokens >= so_far;
    mode_ = cumulative ? TextMode::kCumulative : TextMode::kDelta;
  }
  if (mode_ == TextMode::kCumulative && mode_is_a_guess_ && diff.Contradicts(text)) {
    mode_ = TextMode::kDelta;
  }
  return mode_ != TextMode::kDelta;
}

int64_t PointerPayload::EventTokens() {
  const int64_t so_far = found_.usage.output_tokens;
  if (found_.has_text && !std::exchange(text_event_seen_, true)) continuous_usage_ = so_far >= 0;
  if (found_.event_tokens >= 0) return found_.event_tokens;
  if (continuous_usage_ && so_far >= 0) {
    const int64_t growth = so_far - std::exchange(tokens_so_far_, so_far);
    if (growth >= 0) return growth;
  }
  if (found_.mark) return 1;
  return spec_->mode == TextMode::kDelta ? found_.listed_tokens : kUnknownTokens;
}

}  // namespace monsoon
