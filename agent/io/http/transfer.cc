#include "agent/io/http/transfer.h"

#include <cstring>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"

#include "agent/io/http/curl_error.h"
#include "agent/io/http/socket_address.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

// Servers such as uvicorn close a connection that idled for 5 s; a reuse just before that races.
constexpr long kMaxIdleConnectionS = 4;
// How long the rest of the body may take once the protocol's own end was seen.
constexpr int64_t kEndOfBodyNs = 2 * kNsPerS;
constexpr long kReceiveBufferBytes = 16 * 1024;

// The value of `line` when it is the header `name` (lower case, with its colon).
bool HeaderValue(std::string_view line, absl::string_view name, absl::string_view* value) {
  if (!absl::StartsWithIgnoreCase(ToAbsl(line), name)) return false;
  *value = absl::StripAsciiWhitespace(ToAbsl(line.substr(name.size())));
  return true;
}

}  // namespace

Transfer::~Transfer() {
  if (easy_ == nullptr) return;
  if (busy()) curl_multi_remove_handle(context_->multi, easy_);
  curl_easy_cleanup(easy_);
}

absl::Status Transfer::Init() {
  decoder_ = context_->adapter->NewDecoder();
  easy_ = curl_easy_init();
  if (easy_ == nullptr || !SetFixedOptions()) {
    return absl::InternalError("libcurl refused an option; this agent needs libcurl 7.88 or later");
  }
  return absl::OkStatus();
}

bool Transfer::SetFixedOptions() {
  const AgentCase& agent_case = *context_->agent_case;
  return Set(CURLOPT_URL, agent_case.engine.url.c_str()) && Set(CURLOPT_POST, 1L) &&
         Set(CURLOPT_PRIVATE, this) && Set(CURLOPT_NOSIGNAL, 1L) && Set(CURLOPT_PROXY, "") &&
         Set(CURLOPT_FOLLOWLOCATION, 0L) && Set(CURLOPT_PROTOCOLS_STR, "http,https") &&
         Set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1)) &&
         Set(CURLOPT_MAXAGE_CONN, kMaxIdleConnectionS) &&
         Set(CURLOPT_BUFFERSIZE, kReceiveBufferBytes) &&
         Set(CURLOPT_UPLOAD_BUFFERSIZE, kReceiveBufferBytes) &&
         Set(CURLOPT_RESOLVE, context_->resolve) &&
         Set(CURLOPT_ERRORBUFFER, error_buffer_.data()) &&
         Set(CURLOPT_HEADERFUNCTION, &Transfer::OnHeader) && Set(CURLOPT_HEADERDATA, this) &&
         Set(CURLOPT_WRITEFUNCTION, &Transfer::OnBody) && Set(CURLOPT_WRITEDATA, this) &&
         Set(CURLOPT_PREREQFUNCTION, &Transfer::OnReadyToSend) && Set(CURLOPT_PREREQDATA, this) &&
         Set(CURLOPT_OPENSOCKETFUNCTION, &Transfer::OnOpenSocket) &&
         Set(CURLOPT_OPENSOCKETDATA, this) &&
         // Our own deadlines are tighter; this only keeps libcurl's default of 300 s out of the
         // way.
         Set(CURLOPT_CONNECTTIMEOUT_MS,
             static_cast<long>(agent_case.timeouts.connect_ns / kNsPerMs + 60'000));
}

CURLMcode Transfer::Begin(std::unique_ptr<PreparedRequest> request, int64_t intended_ns) {
  request_ = std::move(request);
  recorder_.Reset();
  recorder_.record().request_index = request_->request_index;
  recorder_.record().phase = request_->phase;
  sent_ns_ = last_read_ns_ = answered_ns_ = 0;
  http_status_ = sends_ = 0;
  in_body_ = false;
  error_buffer_[0] = '\0';
  refused_address_.clear();

  request_id_header_.assign("x-request-id: ").append(request_->request_id);
  request_id_node_ = {.data = request_id_header_.data(), .next = context_->headers};
  Set(CURLOPT_HTTPHEADER, &request_id_node_);
  Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_->body.size()));
  Set(CURLOPT_POSTFIELDS, request_->body.data());

  dispatched_ns_ = context_->clock->MonotonicNs();
  recorder_.record().intended_ns = SinceCaseStart(intended_ns);
  if (request_->intended_ns != kNever) recorder_.record().flags |= kFlagScheduled;
  recorder_.record().dispatched_ns = SinceCaseStart(dispatched_ns_);
  return curl_multi_add_handle(context_->multi, easy_);
}

int Transfer::OnReadyToSend(void* self, char*, char*, int, int) {
  auto* transfer = static_cast<Transfer*>(self);
  // libcurl sends a request again by itself when a reused connection turns out to be dead before
  // the first byte of an answer. Once is what a user expects of keep-alive, but never unseen.
  if (++transfer->sends_ > 2) return CURL_PREREQFUNC_ABORT;
  const int64_t now_ns = transfer->context_->clock->MonotonicNs();
  if (!transfer->context_->control->CheckLease(now_ns)) return CURL_PREREQFUNC_ABORT;
  RequestRecord& record = transfer->recorder_.record();
  if (transfer->sends_ == 2) record.flags |= kFlagStaleConnection;
  transfer->sent_ns_ = now_ns;
  record.sent_ns = transfer->SinceCaseStart(transfer->sent_ns_);
  return CURL_PREREQFUNC_OK;
}

curl_socket_t Transfer::OnOpenSocket(void* self, curlsocktype, curl_sockaddr* address) {
  auto* transfer = static_cast<Transfer*>(self);
  const absl::StatusOr<IpAddress> ip = FromSockaddr(&address->addr);
  const absl::Status allowed = ip.ok() ? transfer->context_->policy->Check(*ip) : ip.status();
  if (!allowed.ok()) {
    transfer->refused_address_ = std::string(allowed.message());
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

size_t Transfer::OnHeader(char* data, size_t size, size_t count, void* self) {
  static_cast<Transfer*>(self)->Header({data, size * count});
  return size * count;
}

void Transfer::Header(std::string_view line) {
  if (in_body_) return;  // a trailer
  absl::string_view value;
  if (HeaderValue(line, "http/", &value)) {
    const size_t space = value.find(' ');
    http_status_ = 0;
    content_type_.clear();
    if (space != absl::string_view::npos &&
        !absl::SimpleAtoi(value.substr(space + 1, 3), &http_status_)) {
      http_status_ = 0;
    }
  } else if (HeaderValue(line, "content-type:", &value)) {
    content_type_.assign(value.data(), value.size());
  } else if (HeaderValue(line, "content-encoding:", &value)) {
    if (!absl::EqualsIgnoreCase(value, "identity")) {
      recorder_.Fail(
          ErrorClass::kBadPayload,
          "the engine compressed the answer although it was asked not to; times of single "
          "tokens mean nothing then. Switch compression off in the engine or its proxy");
    }
  } else if (absl::StripAsciiWhitespace(ToAbsl(line)).empty() && http_status_ >= 200) {
    last_read_ns_ = context_->clock->MonotonicNs();
    RequestRecord& record = recorder_.record();
    record.headers_ns = SinceCaseStart(last_read_ns_);
    record.http_status = http_status_;
    in_body_ = true;
    decoder_->Begin(http_status_, content_type_, &recorder_);
  }
}

size_t Transfer::OnBody(char* data, size_t size, size_t count, void* self) {
  static_cast<Transfer*>(self)->Body({data, size * count});
  return size * count;
}

void Transfer::Body(std::string_view bytes) {
  // Stamp first, decode after: what follows must not be counted as the engine's time.
  const int64_t now_ns = context_->clock->MonotonicNs();
  const int64_t lag_ns = now_ns - context_->ready_since_ns;
  context_->loop_lag_ns->Add(lag_ns);
  last_read_ns_ = now_ns;
  recorder_.BeginRead(SinceCaseStart(now_ns), context_->read_sequence, lag_ns);
  recorder_.record().received_bytes += static_cast<int64_t>(bytes.size());
  decoder_->Feed(bytes);
  if (answered_ns_ == 0 && decoder_->ended()) answered_ns_ = now_ns;
}

Transfer::Deadline Transfer::deadline() const {
  const Timeouts& timeouts = context_->agent_case->timeouts;
  if (answered_ns_ != 0) return {answered_ns_ + kEndOfBodyNs, ErrorClass::kNone};
  const Deadline total{dispatched_ns_ + timeouts.total_ns, ErrorClass::kTimeoutTotal};
  Deadline phase = total;
  if (sent_ns_ == 0) {
    phase = {dispatched_ns_ + timeouts.connect_ns, ErrorClass::kTimeoutConnect};
  } else if (recorder_.first_token_seen()) {
    phase = {last_read_ns_ + timeouts.idle_ns, ErrorClass::kTimeoutIdle};
  } else if (context_->agent_case->sampling.stream) {
    phase = {dispatched_ns_ + timeouts.first_token_ns, ErrorClass::kTimeoutFirst};
  }
  return phase.at_ns < total.at_ns ? phase : total;
}

void Transfer::End(CURLcode code) {
  const TransferEnd end = ClassifyTransfer(code, in_body_);
  if (!refused_address_.empty()) {
    recorder_.Fail(ErrorClass::kConnect, refused_address_);
  } else if (end.error_class != ErrorClass::kNone) {
    recorder_.Fail(end.error_class, ConnectionError(code));
  } else if (in_body_) {
    decoder_->Finish(end.complete);
  } else {
    recorder_.Fail(ErrorClass::kTruncated, "the engine closed the connection without an answer");
  }
  Complete();
}

void Transfer::Cancel() {
  LeaveMulti();
  recorder_.Cancel(SinceCaseStart(context_->clock->MonotonicNs()));
}

void Transfer::TimeOut(ErrorClass error_class) {
  if (error_class == ErrorClass::kNone) {
    decoder_->Finish(false);
  } else {
    recorder_.Fail(error_class,
                   StrCat("no progress within the limit: ", ErrorClassName(error_class),
                          "; the limits are the scenario's `timeouts`"));
  }
  Complete();
}

void Transfer::Complete() {
  LeaveMulti();
  recorder_.Complete(SinceCaseStart(context_->clock->MonotonicNs()));
}

void Transfer::LeaveMulti() {
  StampConnection();
  // Removing an unfinished transfer closes its connection, which is how every engine is told to
  // stop.
  curl_multi_remove_handle(context_->multi, easy_);
  request_.reset();
}

void Transfer::StampConnection() {
  long connections = 0;
  curl_easy_getinfo(easy_, CURLINFO_NUM_CONNECTS, &connections);
  if (connections == 0) return;
  RequestRecord& record = recorder_.record();
  record.flags |= kFlagNewConnection;
  // libcurl counts from the transfer's start, which is when it was handed over.
  curl_off_t connect_us = 0;
  curl_off_t tls_us = 0;
  curl_easy_getinfo(easy_, CURLINFO_CONNECT_TIME_T, &connect_us);
  curl_easy_getinfo(easy_, CURLINFO_APPCONNECT_TIME_T, &tls_us);
  if (connect_us > 0) record.connect_ns = record.dispatched_ns + connect_us * kNsPerUs;
  if (tls_us > 0) record.tls_ns = record.dispatched_ns + tls_us * kNsPerUs;
}

std::string Transfer::ConnectionError(CURLcode code) const {
  const std::string& url = context_->agent_case->engine.url;
  long error = 0;
  curl_easy_getinfo(easy_, CURLINFO_OS_ERRNO, &error);
  if (code == CURLE_COULDNT_CONNECT && error != 0) {
    // libcurl's own words count milliseconds, which would make every message a different one.
    return StrCat("cannot connect to ", url, ": ", std::strerror(static_cast<int>(error)),
                  "; is the engine running there?");
  }
  const char* detail = error_buffer_[0] != '\0' ? error_buffer_.data() : curl_easy_strerror(code);
  return StrCat(detail, " (", url, ")");
}

}  // namespace monsoon
