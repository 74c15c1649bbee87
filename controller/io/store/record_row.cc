#include "controller/io/store/record_row.h"

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "controller/core/report/request_metrics.h"

namespace monsoon {

const char kInsertRequestSql[] =
    "INSERT INTO requests (case_id, request_index, request_id, agent, reported, phase, status, "
    "error_class, http_status, finish_reason, flags, intended_ns, dispatched_ns, start_ns, "
    "connect_begin_ns, connect_ns, tls_ns, "
    "sent_ns, headers_ns, first_event_ns, first_token_ns, first_content_ns, last_token_ns, "
    "done_ns, "
    "first_token_lag_ns, input_tokens, output_tokens, reasoning_tokens, cached_tokens, "
    "first_chunk_tokens, input_token_source, token_source, usage_input_tokens, "
    "usage_output_tokens, tokenizer_input_tokens, tokenizer_output_tokens, token_events, "
    "received_bytes, error_message, gaps) VALUES "
    "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";

const char kSelectRequestsSql[] =
    "SELECT request_index, request_id, agent, phase, status, error_class, http_status, "
    "finish_reason, flags, intended_ns, dispatched_ns, connect_begin_ns, connect_ns, tls_ns, "
    "sent_ns, headers_ns, "
    "first_event_ns, first_token_ns, first_content_ns, last_token_ns, done_ns, first_token_lag_ns, "
    "input_tokens, output_tokens, reasoning_tokens, cached_tokens, first_chunk_tokens, "
    "input_token_source, token_source, usage_input_tokens, usage_output_tokens, "
    "tokenizer_input_tokens, tokenizer_output_tokens, token_events, received_bytes, error_message, "
    "gaps FROM requests WHERE case_id = ? ORDER BY request_index";

namespace {

class RowBinder {
 public:
  RowBinder(int64_t shift_ns, SqliteStatement& statement)
      : shift_ns_(shift_ns), statement_(statement) {}

  void Stamp(int64_t ns) { Unless(ns == kNever, ns + (ns == kNever ? 0 : shift_ns_)); }
  void Duration(int64_t ns) { Unless(ns == kNever, ns); }
  void Tokens(int64_t tokens) { Unless(tokens == kUnknownTokens, tokens); }
  void Unless(bool is_null, int64_t value) {
    if (is_null) {
      statement_.BindNull();
    } else {
      statement_.Bind(value);
    }
  }
  void Text(std::string_view text) {
    if (text.empty()) {
      statement_.BindNull();
    } else {
      statement_.Bind(text);
    }
  }

 private:
  const int64_t shift_ns_;
  SqliteStatement& statement_;
};

template <typename Enum>
absl::Status Named(std::string_view name, std::optional<Enum> (*from_name)(std::string_view),
                   Enum& value) {
  const std::optional<Enum> known = from_name(name);
  if (!known) {
    return absl::DataLossError(StrCat("table requests holds the unknown name '", name,
                                      "'; it was written by a newer version or changed by hand"));
  }
  value = *known;
  return absl::OkStatus();
}

}  // namespace

void BindRequest(int32_t case_index, const std::string& request_id, const std::string& agent,
                 bool reported, int64_t shift_ns, const RequestRecord& record,
                 SqliteStatement& statement) {
  RowBinder row(shift_ns, statement);
  statement.Bind(int64_t{case_index});
  statement.Bind(static_cast<int64_t>(record.request_index));
  statement.Bind(std::string_view(request_id));
  statement.Bind(std::string_view(agent));
  statement.Bind(int64_t{reported});
  statement.Bind(PhaseName(record.phase));
  statement.Bind(RequestStatusName(record.status));
  const bool has_error = record.error_class != ErrorClass::kNone;
  row.Text(has_error ? ErrorClassName(record.error_class) : "");
  row.Unless(record.http_status == 0, record.http_status);
  row.Text(record.finish_reason);
  statement.Bind(int64_t{record.flags});
  row.Stamp(record.intended_ns);
  row.Stamp(record.dispatched_ns);
  row.Stamp(StartNs(record));
  row.Stamp(record.connect_begin_ns);
  row.Stamp(record.connect_ns);
  row.Stamp(record.tls_ns);
  row.Stamp(record.sent_ns);
  row.Stamp(record.headers_ns);
  row.Stamp(record.first_event_ns);
  row.Stamp(record.first_token_ns);
  row.Stamp(record.first_content_ns);
  row.Stamp(record.last_token_ns);
  row.Stamp(record.done_ns);
  row.Duration(record.first_token_lag_ns);
  row.Tokens(record.input_tokens);
  row.Tokens(record.output_tokens);
  row.Tokens(record.reasoning_tokens);
  row.Tokens(record.cached_tokens);
  row.Tokens(record.first_chunk_tokens);
  statement.Bind(TokenSourceName(record.input_token_source));
  statement.Bind(TokenSourceName(record.token_source));
  row.Tokens(record.usage_input_tokens);
  row.Tokens(record.usage_output_tokens);
  row.Tokens(record.tokenizer_input_tokens);
  row.Tokens(record.tokenizer_output_tokens);
  statement.Bind(record.token_events);
  statement.Bind(record.received_bytes);
  row.Text(record.error_message);
  if (record.gaps.empty()) {
    statement.BindNull();
  } else {
    statement.BindBlob(record.gaps);
  }
}

absl::Status TakeRequest(SqliteStatement& statement, StoredRequest& row) {
  RequestRecord& record = row.record;
  const auto stamp = [&statement] { return statement.TakeOptionalInt().value_or(kNever); };
  const auto tokens = [&statement] { return statement.TakeOptionalInt().value_or(kUnknownTokens); };
  record.request_index = static_cast<uint64_t>(statement.TakeInt());
  row.request_id = statement.TakeText();
  row.agent = statement.TakeText();
  RETURN_IF_ERROR(Named(statement.TakeText(), PhaseFromName, record.phase));
  RETURN_IF_ERROR(Named(statement.TakeText(), RequestStatusFromName, record.status));
  const std::string_view error_class = statement.TakeText();
  record.error_class = ErrorClass::kNone;
  if (!error_class.empty()) {
    RETURN_IF_ERROR(Named(error_class, ErrorClassFromName, record.error_class));
  }
  record.http_status = static_cast<int32_t>(statement.TakeInt());
  record.finish_reason = statement.TakeText();
  record.flags = static_cast<uint32_t>(statement.TakeInt());
  record.intended_ns = stamp();
  record.dispatched_ns = stamp();
  record.connect_begin_ns = stamp();
  record.connect_ns = stamp();
  record.tls_ns = stamp();
  record.sent_ns = stamp();
  record.headers_ns = stamp();
  record.first_event_ns = stamp();
  record.first_token_ns = stamp();
  record.first_content_ns = stamp();
  record.last_token_ns = stamp();
  record.done_ns = stamp();
  record.first_token_lag_ns = stamp();
  record.input_tokens = tokens();
  record.output_tokens = tokens();
  record.reasoning_tokens = tokens();
  record.cached_tokens = tokens();
  record.first_chunk_tokens = tokens();
  RETURN_IF_ERROR(Named(statement.TakeText(), TokenSourceFromName, record.input_token_source));
  RETURN_IF_ERROR(Named(statement.TakeText(), TokenSourceFromName, record.token_source));
  record.usage_input_tokens = tokens();
  record.usage_output_tokens = tokens();
  record.tokenizer_input_tokens = tokens();
  record.tokenizer_output_tokens = tokens();
  record.token_events = statement.TakeInt();
  record.received_bytes = statement.TakeInt();
  record.error_message = statement.TakeText();
  record.gaps = statement.TakeText();
  return absl::OkStatus();
}

}  // namespace monsoon
