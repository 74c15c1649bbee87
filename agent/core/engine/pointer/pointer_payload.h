// PointerPayload: reads the JSON of any engine whose answers say everything at fixed places, by a
// tree of JSON pointers (pointer_tree.h): the native routes of most engines, and `type: custom`.
//
// Of an event that is broken JSON nothing is reported. An array at the root is read element by
// element, each as an answer (DeepSpeed-MII's gateway), unless the pointers begin with an index.
//
// Tokens of an event (OnEventTokens) come from, in this order:
//   - Role::kEventTokens;
//   - the growth of kOutputTokens, if the first event that had a place for text carried it already.
//     One that first appears later is a final count and says nothing about the event it came in;
//   - kTokenMark;
//   - kTokenList.
//
// Cumulative text is diffed (text_diff.h), each channel for itself. TextMode::kAuto finds out: the
// list of the second event's token ids is as long as all tokens so far (cumulative) or shorter;
// where there is no list, the second text begins with the first or does not. It changes its mind
// about the latter when a text contradicts it.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/core/engine/json_event.h"
#include "agent/core/engine/payload_reader.h"
#include "agent/core/engine/pointer/pointer_tree.h"
#include "agent/core/engine/pointer/text_diff.h"

namespace monsoon {

enum class TextMode : uint8_t { kDelta, kCumulative, kAuto };

// How a stream of the dialect ends.
enum class EndRule : uint8_t {
  kMarker,          // with [DONE], or an event at Role::kDone
  kBody,            // with the body
  kBodyAfterFinish  // with the body, once there was a finish reason
};

struct AnswerSpec {
  PointerTree event;     // of a stream
  PointerTree document;  // of an answer in one piece
  TextMode mode = TextMode::kDelta;
  EndRule end = EndRule::kMarker;
  bool lines = false;  // NDJSON
};

class PointerPayload : public PayloadReader {
 public:
  // `event` may be shared with other readers of this thread, and outlives this one.
  PointerPayload(std::shared_ptr<const AnswerSpec> spec, JsonEvent* event);

  void Begin(ResponseSink* sink) override;
  PayloadResult Read(std::string_view event_name, std::string_view payload,
                     PayloadForm form) override;
  bool IsWhole(std::string_view payload) override { return IsWholeJson(event_, payload); }
  PayloadProgress progress() const override;
  bool expects_lines() const override { return spec_->lines; }
  bool ends_with_body() const override;
  void Close() override;

 private:
  using Node = PointerTree::Node;

  // What one payload said.
  struct Found {
    bool has_text = false;  // the place for it is there, perhaps empty
    bool hidden = false;
    bool done = false;
    bool mark = false;
    bool error = false;  // at Role::kError
    std::string_view error_text;
    bool suspect = false;  // looks like an error object; error_object.h decides
    bool has_message = false;
    bool has_code = false;
    FinishReason finish = FinishReason::kNone;
    Usage usage;
    int64_t event_tokens = -1;
    int64_t listed_tokens = -1;
  };

  bool WalkRoot(const PointerTree& tree);
  bool WalkAnswer(const Node& root, JsonValue value);
  bool WalkMember(const Node& root, JsonKey key, JsonValue value);
  bool Walk(const Node& node, JsonValue value);
  bool Take(const Node& node, char kind, JsonValue value);
  bool TakeString(const Node& node, std::string_view text);
  void TakeNumber(const Node& node, JsonValue value);
  bool TakeComposite(const Node& node, char kind, JsonValue value);
  void Suspect(JsonKey key, JsonValue value);
  bool ReportError(std::string_view payload, PayloadForm form);

  void Emit(PayloadForm form);
  void EmitText(TextChannel channel, std::string_view text);
  bool IsCumulative(const TextDiff& diff, std::string_view text);
  int64_t EventTokens();

  const std::shared_ptr<const AnswerSpec> spec_;
  JsonEvent& event_;
  ResponseSink* sink_ = nullptr;

  Found found_;
  std::vector<std::pair<TextChannel, std::string_view>> texts_;  // of the payload, in order

  TextMode mode_ = TextMode::kDelta;
  bool mode_is_a_guess_ = false;
  TextDiff content_;
  TextDiff reasoning_;
  bool text_event_seen_ = false;
  bool continuous_usage_ = false;
  int64_t tokens_so_far_ = 0;
  bool finished_ = false;
  bool terminated_ = false;
};

}  // namespace monsoon
