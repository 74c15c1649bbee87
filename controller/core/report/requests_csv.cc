#include "controller/core/report/requests_csv.h"

#include <optional>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

#include "common/base/str_cat.h"
#include "common/time/clock.h"
#include "controller/core/report/clean_text.h"
#include "controller/core/report/metric_catalogue.h"
#include "controller/core/report/request_metrics.h"

namespace monsoon {
namespace {

class Line {
 public:
  explicit Line(std::string& out) : out_(out) {}

  // Trusted words: names of our own.
  void Word(std::string_view word) {
    Separate();
    out_ += word;
  }
  void Text(std::string_view text) {
    Separate();
    const std::string clean = CleanText(text);
    if (clean.find_first_of(",\"") == std::string::npos) {
      out_ += clean;
      return;
    }
    out_ += '"';
    for (const char c : clean) out_ += c == '"' ? std::string(2, c) : std::string(1, c);
    out_ += '"';
  }
  void Stamp(int64_t ns) {
    Separate();
    if (ns == kNever) return;
    const auto size = ns < 0 ? 0 - static_cast<uint64_t>(ns) : static_cast<uint64_t>(ns);
    absl::StrAppendFormat(&out_, "%s%d.%09d", ns < 0 ? "-" : "", size / kNsPerS, size % kNsPerS);
  }
  void Seconds(const std::optional<double>& seconds) {
    Separate();
    if (seconds) absl::StrAppendFormat(&out_, "%.9f", *seconds);
  }
  void Count(int64_t count) {
    Separate();
    if (count >= 0) out_ += std::to_string(count);
  }
  void End() { out_ += "\r\n"; }

 private:
  void Separate() {
    if (!first_) out_ += ',';
    first_ = false;
  }

  std::string& out_;
  bool first_ = true;
};

void AppendStamps(const RequestRecord& record, Line& line) {
  line.Stamp(record.intended_ns);
  line.Stamp(record.dispatched_ns);
  line.Stamp(record.connect_begin_ns);
  line.Stamp(record.connect_ns);
  line.Stamp(record.tls_ns);
  line.Stamp(record.sent_ns);
  line.Stamp(record.headers_ns);
  line.Stamp(record.first_event_ns);
  line.Stamp(record.first_token_ns);
  line.Stamp(record.first_content_ns);
  line.Stamp(record.last_token_ns);
  line.Stamp(record.done_ns);
}

void AppendMetrics(const RequestRecord& record, Line& line) {
  const bool ok = record.status == RequestStatus::kOk;
  const RequestMetrics metrics = ok ? MetricsOf(record) : RequestMetrics{};
  line.Seconds(LatenessSeconds(record));
  line.Seconds(metrics.ttft_s);
  line.Seconds(metrics.ttft_sent_s);
  line.Seconds(metrics.tpot_s);
  line.Seconds(metrics.e2e_s);
  line.Seconds(metrics.stream_end_s);
  line.Seconds(metrics.connect_s);
}

void AppendSource(TokenSource source, Line& line) {
  line.Word(source == TokenSource::kNone ? "" : TokenSourceName(source));
}

std::string FlagWords(const RequestRecord& record) {
  std::string words;
  for (const FlagInfo& info : RecordFlags()) {
    if (record.has_flag(info.flag)) words += StrCat(words.empty() ? "" : " ", info.name);
  }
  return words;
}

}  // namespace

std::string RequestsCsvHeader() {
  return "case,request_index,request_id,agent,phase,status,error_class,http_status,"
         "finish_reason,intended_at_s,dispatched_at_s,connect_begin_at_s,connect_at_s,tls_at_s,"
         "sent_at_s,"
         "headers_at_s,first_event_at_s,first_token_at_s,first_content_at_s,last_token_at_s,"
         "done_at_s,lateness_s,ttft_s,ttft_sent_s,tpot_s,e2e_s,stream_end_s,connect_s,"
         "input_tokens,output_tokens,reasoning_tokens,cached_tokens,first_chunk_tokens,"
         "input_token_source,token_source,usage_input_tokens,usage_output_tokens,"
         "tokenizer_input_tokens,tokenizer_output_tokens,token_events,received_bytes,flags,"
         "error_message\r\n";
}

void AppendRequestsCsvRow(const RequestsCsvRow& row, std::string& out) {
  const RequestRecord& record = row.record;
  Line line(out);
  line.Text(row.case_name);
  line.Count(static_cast<int64_t>(record.request_index));
  line.Text(row.request_id);
  line.Text(row.agent);
  line.Word(PhaseName(record.phase));
  line.Word(RequestStatusName(record.status));
  const bool failed = record.error_class != ErrorClass::kNone;
  line.Word(failed ? ErrorClassName(record.error_class) : "");
  line.Count(record.http_status == 0 ? -1 : record.http_status);
  line.Text(record.finish_reason);
  AppendStamps(record, line);
  AppendMetrics(record, line);
  line.Count(record.input_tokens);
  line.Count(record.output_tokens);
  line.Count(record.reasoning_tokens);
  line.Count(record.cached_tokens);
  line.Count(record.first_chunk_tokens);
  AppendSource(record.input_token_source, line);
  AppendSource(record.token_source, line);
  line.Count(record.usage_input_tokens);
  line.Count(record.usage_output_tokens);
  line.Count(record.tokenizer_input_tokens);
  line.Count(record.tokenizer_output_tokens);
  line.Count(record.token_events);
  line.Count(record.received_bytes);
  line.Word(FlagWords(record));
  line.Text(record.error_message);
  line.End();
}

}  // namespace monsoon
