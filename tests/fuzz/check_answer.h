// Properties of the whole path from bytes to record, for any answer and any dialect: however it is
// cut, the same normalised events come out; and the record keeps its own promises.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/core/engine/framed_decoder.h"
#include "agent/core/engine/stream_recorder.h"
#include "common/model/gap_codec.h"
#include "tests/agent/engine/recording_sink.h"
#include "tests/fuzz/cut_reads.h"

namespace monsoon {

struct FuzzedAnswer {
  int http_status;
  std::string_view content_type;
  bool complete;
};

inline void Require(bool condition) {
  if (!condition) std::abort();
}

inline std::vector<std::string> Decode(FramedDecoder& decoder, const FuzzedAnswer& answer,
                                       const std::vector<std::string_view>& reads) {
  RecordingSink sink;
  decoder.Begin(answer.http_status, answer.content_type, &sink);
  for (const std::string_view bytes : reads) {
    const std::vector<char> read(bytes.begin(), bytes.end());
    decoder.Feed({read.data(), read.size()});
  }
  decoder.Finish(answer.complete);
  return sink.lines;
}

inline void CheckRecord(const RequestRecord& record) {
  const bool failed = record.status == RequestStatus::kFailed;
  Require(failed == (record.error_class != ErrorClass::kNone));
  Require(failed || record.last_token_ns != kNever);
  Require(record.error_message.size() <= 512);
  const auto gaps = DecodeGaps(record.gaps);
  Require(gaps.ok());
  if (record.has_flag(kFlagNoText)) Require(record.token_events == 0);
  if (record.first_token_ns == kNever) return Require(gaps->empty());
  Require(static_cast<int64_t>(gaps->size()) == record.token_events - 1);
  int64_t sum = 0;
  for (const Gap& gap : *gaps) sum += gap.gap_ns;
  Require(sum == record.last_token_ns - record.first_token_ns);
  Require(record.first_event_ns <= record.first_token_ns);
  Require(record.first_chunk_tokens >= 1);
}

inline void Record(FramedDecoder& decoder, const FuzzedAnswer& answer,
                   const std::vector<std::string_view>& reads) {
  StreamRecorder recorder;
  recorder.Reset();
  decoder.Begin(answer.http_status, answer.content_type, &recorder);
  uint64_t read = 0;
  for (const std::string_view bytes : reads) {
    ++read;
    recorder.BeginRead(static_cast<int64_t>(read) * 1000, read, {.bound_ns = 1});
    decoder.Feed(bytes);
  }
  decoder.Finish(answer.complete);
  recorder.Complete(static_cast<int64_t>(read) * 1000 + 1);
  CheckRecord(recorder.record());
}

// `input`: kind of answer (the higher bits of its first byte are the caller's), completeness and
// limit, style of the cuts; then the body.
inline void CheckAnswer(std::unique_ptr<PayloadReader> reader, std::string_view input) {
  constexpr std::string_view kTypes[] = {"text/event-stream", "application/json",
                                         "application/x-ndjson", "text/html"};
  const auto head = static_cast<uint8_t>(input[0]);
  const auto limits = static_cast<uint8_t>(input[1]);
  const FuzzedAnswer answer{(head & 4) != 0 ? 500 : 200, kTypes[head & 3], (limits & 1) == 0};
  const std::string_view body = input.substr(3);
  FramedDecoder decoder(std::move(reader), (limits & 2) != 0 ? 64 : 1 << 20);
  const std::vector<std::string> whole = Decode(decoder, answer, {body});
  const auto cut = CutReads(body, static_cast<uint8_t>(input[2]));
  Require(Decode(decoder, answer, CutReads(body, 0)) == whole);
  Require(Decode(decoder, answer, cut) == whole);
  Record(decoder, answer, cut);
}

}  // namespace monsoon
