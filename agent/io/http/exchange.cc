#include "agent/io/http/exchange.h"

#include <sys/epoll.h>

#include <cerrno>
#include <utility>

#include "absl/strings/match.h"

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

// How long the rest of the body may take once the protocol's own end was seen.
constexpr int64_t kEndOfBodyNs = 2 * kNsPerS;

bool IsCompressed(std::string_view content_encoding) {
  return !content_encoding.empty() && !absl::EqualsIgnoreCase(ToAbsl(content_encoding), "identity");
}

}  // namespace

Exchange::Exchange(ExchangeContext* context)
    : context_(*context),
      decoder_(context->adapter->NewDecoder(context->scratch)),
      recorder_(context->agent_case->keep_text) {}

Exchange::~Exchange() {
  if (busy()) LeaveConnection(false);
}

void Exchange::Begin(std::unique_ptr<PreparedRequest> request, int64_t intended_ns) {
  request_ = std::move(request);
  recorder_.Reset();
  RequestRecord& record = recorder_.record();
  record.request_index = request_->request_index;
  record.phase = request_->phase;
  sent_ns_ = send_call_ns_ = last_read_ns_ = answered_ns_ = 0;
  sends_ = 0;

  head_.clear();
  if (!context_.head->Append(request_->request_id, request_->body.size(), head_)) {
    recorder_.Fail(ErrorClass::kBadPayload,
                   "the run's name makes no valid x-request-id; use letters, digits, - and _");
    return End(context_.clock->MonotonicNs(), false);
  }
  dispatched_ns_ = context_.clock->MonotonicNs();
  record.intended_ns = SinceCaseStart(intended_ns);
  if (request_->intended_ns != kNever) record.flags |= kFlagScheduled;
  record.dispatched_ns = SinceCaseStart(dispatched_ns_);
  waiting_ = true;
  if (Connection* open = context_.pool->Acquire(this, false); open != nullptr) OnConnected(open);
}

void Exchange::OnConnected(Connection* connection) {
  waiting_ = false;
  connection_ = connection;
  StampConnection();
  Send();
}

void Exchange::OnConnectFailed(ErrorClass error_class, std::string_view error) {
  waiting_ = false;
  recorder_.Fail(error_class, error);
  End(context_.clock->MonotonicNs(), false);
}

void Exchange::StampConnection() {
  if (!connection_->first_use()) return;
  const ConnectTimes& times = connection_->times();
  RequestRecord& record = recorder_.record();
  record.flags |= kFlagNewConnection;
  record.connect_begin_ns = SinceCaseStart(times.begin_ns);
  record.connect_ns = SinceCaseStart(times.connected_ns);
  if (times.tls_ns != kNever) record.tls_ns = SinceCaseStart(times.tls_ns);
}

void Exchange::Send() {
  parser_.Begin();
  sent_bytes_ = 0;
  const int64_t now_ns = context_.clock->MonotonicNs();
  // In the send path itself: a process that was stopped and continued sends nothing more.
  if (!context_.control->CheckLease(now_ns)) return Cancel();
  if (++sends_ == 2) recorder_.record().flags |= kFlagStaleConnection;
  sent_ns_ = now_ns;
  recorder_.record().sent_ns = SinceCaseStart(sent_ns_);
  ContinueSending();
  send_call_ns_ = context_.clock->MonotonicNs() - now_ns;
}

void Exchange::ContinueSending() {
  const std::string_view head = head_;
  const std::string_view body = request_->body;
  const size_t whole = head.size() + body.size();
  while (sent_bytes_ < whole) {
    const size_t body_bytes = sent_bytes_ > head.size() ? sent_bytes_ - head.size() : 0;
    const ssize_t count = connection_->Write(head.substr(std::min(sent_bytes_, head.size())),
                                             body.substr(body_bytes));
    if (count > 0) {
      sent_bytes_ += static_cast<size_t>(count);
    } else if (count < 0 && errno == EAGAIN) {
      context_.poller->Watch(connection_->socket(), Connection::kReadEvents | EPOLLOUT,
                             connection_);
      return;
    } else if (count < 0 && errno != EINTR) {
      // What the engine said before it closed may still be there to be read.
      return Receive(true);
    }
  }
}

void Exchange::OnConnectionReady(uint32_t events) {
  if ((events & EPOLLOUT) != 0) {
    context_.poller->Watch(connection_->socket(), Connection::kReadEvents, connection_);
    ContinueSending();
  }
  const bool to_the_end = (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
  // It is told once, maybe together with the last bytes of an answer that did not announce it.
  if (connection_ != nullptr && to_the_end) context_.pool->Doom(connection_);
  if (connection_ != nullptr && (to_the_end || (events & EPOLLIN) != 0)) Receive(to_the_end);
}

void Exchange::Prefetch(int step) const {
  constexpr size_t kLineBytes = 64;
  if (step == 1) {
    const char* begin = reinterpret_cast<const char*>(this);
    for (size_t at = 0; at < sizeof(*this); at += kLineBytes) __builtin_prefetch(begin + at);
  } else {
    decoder_->Prefetch();
    recorder_.Prefetch();
  }
}

void Exchange::Receive(bool to_the_end) {
  using Kind = Connection::ReadResult::Kind;
  const std::span<char> buffer = context_.read_buffer;
  // TLS gives one record at a time, however much there is.
  const bool by_records = connection_->is_tls();
  const bool want_stamp = !recorder_.first_token_seen() || context_.lag->wants_kernel_stamp();
  for (bool more = true; more && connection_ != nullptr;) {
    const Connection::ReadResult read = connection_->Read(buffer, want_stamp);
    // Stamp first, decode after: what follows must not be counted as the engine's time.
    const int64_t now_ns = context_.clock->MonotonicNs();
    switch (read.kind) {
      case Kind::kNothingYet:
        return;
      case Kind::kEnd:
        return OnConnectionEnd(true);
      case Kind::kBroken:
        return OnConnectionEnd(false);
      case Kind::kBytes:
        break;
    }
    const int64_t received_ns =
        read.received_at_ns == 0 ? kNever : read.received_at_ns - context_.realtime_offset_ns;
    last_read_ns_ = now_ns;
    recorder_.BeginRead(SinceCaseStart(now_ns), ++context_.read_sequence,
                        context_.lag->OnRead(now_ns, received_ns));
    more = to_the_end || by_records || read.bytes.size() == buffer.size();
    OnBytes(read.bytes, now_ns);
  }
}

void Exchange::OnBytes(std::string_view bytes, int64_t now_ns) {
  using Event = ResponseParser::Event;
  for (;;) {
    std::string_view body;
    switch (parser_.Next(bytes, body)) {
      case Event::kNeedMore:
        if (answered_ns_ == 0 && parser_.head_seen() && decoder_->ended()) answered_ns_ = now_ns;
        return;
      case Event::kHead:
        OnHead(now_ns);
        break;
      case Event::kBody:
        recorder_.record().received_bytes += static_cast<int64_t>(body.size());
        decoder_->Feed(body);
        if (recorder_.too_many_events()) {
          recorder_.Fail(ErrorClass::kLineTooLong,
                         StrCat("the answer goes on after ", recorder_.record().token_events,
                                " events; set `sampling.max_tokens`, or `timeouts.total`"));
          return End(now_ns, false);
        }
        break;
      case Event::kEnd:
        decoder_->Finish(true);
        return End(now_ns, parser_.keep_alive() && bytes.empty());
      case Event::kError:
        if (parser_.head_seen()) {
          // What came so far may be a whole answer; that is for the decoder to judge.
          decoder_->Finish(false);
        } else {
          recorder_.Fail(parser_.error_class(), parser_.error());
        }
        return End(now_ns, false);
    }
  }
}

void Exchange::OnHead(int64_t now_ns) {
  RequestRecord& record = recorder_.record();
  record.headers_ns = SinceCaseStart(now_ns);
  record.http_status = parser_.status();
  if (IsCompressed(parser_.content_encoding())) {
    recorder_.Fail(ErrorClass::kBadPayload,
                   "the engine compressed the answer although it was asked not to; times of single "
                   "tokens mean nothing then. Switch compression off in the engine or its proxy");
  }
  decoder_->Begin(parser_.status(), parser_.content_type(), &recorder_);
  if (!parser_.keep_alive()) context_.pool->Doom(connection_);
}

void Exchange::OnConnectionEnd(bool clean) {
  const int64_t now_ns = context_.clock->MonotonicNs();
  if (MayBeSentAgain()) {
    LeaveConnection(false);
    waiting_ = true;
    if (Connection* open = context_.pool->Acquire(this, true); open != nullptr) OnConnected(open);
    return;
  }
  const bool complete = parser_.Close() == ResponseParser::Event::kEnd && clean;
  if (parser_.head_seen()) {
    decoder_->Finish(complete);
  } else {
    recorder_.Fail(ErrorClass::kTruncated, "the engine closed the connection without an answer");
  }
  End(now_ns, false);
}

bool Exchange::MayBeSentAgain() const {
  // A reused connection that turns out to be dead before the first byte of an answer: once more on
  // another is what a user expects of keep-alive, but never unseen (kFlagStaleConnection).
  return sends_ == 1 && !connection_->first_use() && parser_.bytes_seen() == 0 &&
         context_.control->mode() != LoadMode::kCancel;
}

Exchange::Deadline Exchange::deadline() const {
  const Timeouts& timeouts = context_.agent_case->timeouts;
  if (answered_ns_ != 0) return {answered_ns_ + kEndOfBodyNs, ErrorClass::kNone};
  const Deadline total{dispatched_ns_ + timeouts.total_ns, ErrorClass::kTimeoutTotal};
  Deadline phase = total;
  if (sent_ns_ == 0) {
    phase = {dispatched_ns_ + timeouts.connect_ns, ErrorClass::kTimeoutConnect};
  } else if (recorder_.first_token_seen()) {
    phase = {last_read_ns_ + timeouts.idle_ns, ErrorClass::kTimeoutIdle};
  } else if (context_.agent_case->sampling.stream) {
    phase = {dispatched_ns_ + timeouts.first_token_ns, ErrorClass::kTimeoutFirst};
  }
  return phase.at_ns < total.at_ns ? phase : total;
}

void Exchange::TimeOut(ErrorClass error_class) {
  if (error_class == ErrorClass::kNone) {
    decoder_->Finish(false);
  } else {
    recorder_.Fail(error_class,
                   StrCat("no progress within the limit: ", ErrorClassName(error_class),
                          "; the limits are the scenario's `timeouts`"));
  }
  End(context_.clock->MonotonicNs(), false);
}

void Exchange::Cancel() {
  LeaveConnection(false);
  recorder_.Cancel(SinceCaseStart(context_.clock->MonotonicNs()));
  request_.reset();
  context_.ended->push_back(this);
}

void Exchange::End(int64_t done_ns, bool reusable) {
  LeaveConnection(reusable);
  recorder_.Complete(SinceCaseStart(done_ns));
  RequestRecord& record = recorder_.record();
  if (record.first_token_lag_ns != kNever) record.first_token_lag_ns += send_call_ns_;
  request_.reset();
  context_.ended->push_back(this);
}

void Exchange::LeaveConnection(bool reusable) {
  if (waiting_) context_.pool->StopWaiting(this);
  waiting_ = false;
  if (connection_ == nullptr) return;
  Connection* connection = std::exchange(connection_, nullptr);
  const bool all_sent = sent_bytes_ == head_.size() + request_->body.size();
  // Closing breaks the answer off, which is how every engine is told to stop.
  if (reusable && all_sent) {
    context_.pool->Release(connection);
  } else {
    context_.pool->Close(connection);
  }
}

}  // namespace monsoon
