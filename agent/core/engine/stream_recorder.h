// StreamRecorder: turns what a response decoder reports into one RequestRecord (design section 7).
//
// The transport tells when bytes arrived, the decoder what was in them; the recorder never sees a
// clock or a byte:
//
//   recorder.Reset();
//   recorder.record().dispatched_ns = ...;             // the transport's own stamps and counts
//   recorder.BeginRead(now_ns, ++read_sequence, lag);
//   decoder->Feed(bytes);                              // any number of times
//   decoder->Finish(complete);                         // or recorder.Fail(kTimeoutIdle, "...")
//   recorder.Complete(done_ns);
//   batch.Add(recorder.record());
//
// Everything that one read completed has that read's stamp. All OnText() calls between two
// OnEvent() calls are one token-bearing event. The first token is the first event with text of any
// channel; first content, of any channel but reasoning.
//
// Decided here, in Complete() (the rest by the decoder, see framed_decoder.h):
//   - error class: the first of Fail() and OnError(); except that a finish reason `abort` or
//   `error`
//     makes kTruncated, and no error, into kAborted. Then: no end seen -> kTruncated; no text at
//     all -> kEmpty (also where usage counts tokens that were never shown);
//   - finish reason of several choices: the first, except that abort and error outrank it;
//   - output_tokens: the engine's usage; else, if the engine counted every token-bearing event
//   (token
//     ids), their sum (both TokenSource::kUsage); else the number of token-bearing events
//     (kChunks). A usage of 0 beside text is no usage;
//   - first_chunk_tokens: what the engine counted up to and with the first token-bearing event
//   (what
//     it held back came with it), else 1 and kFlagFirstChunkAssumed;
//   - first_token_lag_ns: the kernel's word on the first token's read where it has one and the read
//     held no later token (its stamp is that of the read's last bytes), else the loop's bound;
//   - kFlagBothEndsOneRead: first and last token in one read, also when they are one event.
//
// A result (kFlagNoText: embeddings, rerank) is a success without text: last_token_ns is the stamp
// of the read that completed it, and output_tokens stays unknown.
//
// A non-streamed answer (kFlagNotStreamed) has no TTFT: last_token_ns is its last read's stamp (for
// E2E), first_token_ns, first_content_ns and first_chunk_tokens stay unset, there are no gaps, and
// without usage output_tokens stays unknown.
//
// Where the case asks for the answers' text (AgentCase::keep_text), record().answer holds it after
// Complete() or Cancel(): answer_keeper.h.
//
// Belongs to one slot of a load thread and is reused. Reset() makes room for the gaps of most
// answers, so that OnText() allocates only for longer ones, and then rarely; otherwise nothing is
// allocated per event.
#pragma once

#include <cstdint>
#include <string_view>

#include "agent/core/engine/answer_keeper.h"
#include "agent/core/engine/read_lag.h"
#include "agent/core/engine/response_sink.h"
#include "common/model/gap_codec.h"
#include "common/model/request_record.h"

namespace monsoon {

class StreamRecorder : public ResponseSink {
 public:
  explicit StreamRecorder(KeepText keep_text = KeepText::kNone) : answer_(keep_text) {}

  // Forgets the request, keeps the record's buffers. request_index, phase and the stamps before the
  // answer are the caller's to set afterwards.
  void Reset();

  // Bytes arrived at `now_ns`, in this recorder's `read_sequence`-th read, which was late by `lag`.
  // Call before ResponseDecoder::Feed. `now_ns` must not go back.
  void BeginRead(int64_t now_ns, uint64_t read_sequence, const ReadLag& lag);
  // The request failed outside the answer (timeout, connection). The first failure wins.
  void Fail(ErrorClass error_class, std::string_view message);
  // The request is over: decides status, error class and counts.
  void Complete(int64_t done_ns);
  // The request was given up because the case ended: status cancelled, whatever came so far.
  void Cancel(int64_t done_ns);

  RequestRecord& record() { return record_; }
  const RequestRecord& record() const { return record_; }
  bool first_token_seen() const { return record_.token_events > 0; }
  // The answer has more events than a record has room for: to be failed, and read no further.
  bool too_many_events() const { return record_.gaps.size() > kMaxGapsBytes; }
  bool failed() const { return record_.error_class != ErrorClass::kNone; }

  // An event comes soon: asks the processor for the memory that it will touch.
  void Prefetch() const {
    __builtin_prefetch(record_.gaps.data() + record_.gaps.size());
    answer_.Prefetch();
  }

  void OnEvent() override;
  void OnText(TextChannel channel, std::string_view text) override;
  void OnEventTokens(int64_t count) override;
  void OnUsage(const Usage& usage) override;
  void OnFinish(FinishReason reason) override;
  void OnError(ErrorClass error_class, std::string_view message) override;
  void OnEnd(StreamEnd how) override;
  void OnFlags(uint32_t flags) override;

 private:
  void BeginTokenEvent();
  void CloseEvent();
  void Settle(int64_t done_ns);
  void SettleTokens();
  void SettleNotStreamed();
  void SettleOutcome();
  void SetError(ErrorClass error_class, std::string_view message);

  RequestRecord record_;
  AnswerKeeper answer_;

  int64_t now_ns_ = kNever;
  ReadLag lag_;
  uint64_t read_ = 0;
  uint64_t first_token_read_ = 0;
  uint64_t last_token_read_ = 0;

  // The event that is being reported.
  bool event_has_text_ = false;
  bool event_is_counted_ = false;
  int64_t event_tokens_ = 0;

  bool first_chunk_closed_ = false;
  int64_t tokens_to_first_chunk_ = 0;
  int64_t counted_tokens_ = 0;
  int64_t counted_token_events_ = 0;
  int64_t usage_output_tokens_ = kUnknownTokens;
  FinishReason finish_ = FinishReason::kNone;
  bool end_seen_ = false;
};

}  // namespace monsoon
