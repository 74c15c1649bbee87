#include "tests/mock_engine/connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <utility>

#include "tests/mock_engine/stamped_read.h"

namespace monsoon::mock_engine {
namespace {

constexpr size_t kMaxHeldBytes = 1024 * 1024;
constexpr int64_t kDiscardNs = 2'000'000'000;

}  // namespace

void Connection::OnReadable() {
  while (!closed()) {
    int64_t received_ns = 0;
    const ssize_t n =
        ReadStamped(fd(), host_.read_buffer(), host_.read_buffer_bytes(), &received_ns);
    if (n > 0) {
      const std::string_view bytes(host_.read_buffer(), static_cast<size_t>(n));
      tls_ == nullptr ? OnBytes(bytes, received_ns) : OnCiphertext(bytes, received_ns);
    } else if (n < 0 && errno == EINTR) {
      continue;
    } else if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      break;
    } else {
      OnPeerGone();
    }
  }
  TakeHeldBytes();
}

void Connection::OnCiphertext(std::string_view bytes, int64_t received_ns) {
  std::string said;
  const bool more = tls_->Receive(bytes, &said);
  if (!Write(tls_->TakeOutput())) return;
  if (!said.empty()) OnBytes(said, received_ns);
  if (!more && !closed()) OnPeerGone();
}

void Connection::OnBytes(std::string_view bytes, int64_t received_ns) {
  if (discarding_) return;
  if (!exchange_) return FeedParser(bytes, received_ns);
  held_bytes_.append(bytes);
  if (held_bytes_.size() > kMaxHeldBytes) OnPeerGone();
}

void Connection::FeedParser(std::string_view bytes, int64_t received_ns) {
  while (!bytes.empty() && !exchange_ && !closed() && !discarding_) {
    bytes.remove_prefix(parser_.Feed(bytes));
    if (parser_.TakeContinueRequest()) Send("HTTP/1.1 100 Continue\r\n\r\n");
    if (parser_.state() == HttpRequestParser::State::kError) {
      discarding_ = true;
      StartExchange(host_.engine().Refuse(parser_.error_status(), parser_.error_text()),
                    received_ns);
      if (!closed()) CloseAfterReading();
    } else if (parser_.state() == HttpRequestParser::State::kComplete) {
      StartExchange(host_.engine().Handle(parser_.request(), std::time(nullptr)), received_ns);
    }
  }
  held_bytes_.append(bytes);
}

void Connection::TakeHeldBytes() {
  while (!exchange_ && !closed() && !held_bytes_.empty()) {
    const std::string bytes = std::exchange(held_bytes_, std::string());
    OnBytes(bytes, host_.NowNs());
  }
}

void Connection::StartExchange(Reply reply, int64_t received_ns) {
  Exchange& exchange = exchange_.emplace();
  exchange.reply = std::move(reply);
  RequestTruth& truth = exchange.truth;
  truth.request_id = parser_.request().request_id;
  truth.connection = id_;
  truth.received_ns = received_ns;
  truth.prompt_tokens = exchange.reply.prompt_tokens;
  host_.OnRequest(parser_.request(), exchange.reply);
  parser_.Reset();
  switch (exchange.reply.kind) {
    case Reply::Kind::kBytes:
      truth.headers_ns = host_.NowNs();
      truth.status = exchange.reply.status;
      if (Send(exchange.reply.bytes)) AfterStep({.after = Step::After::kEnd});
      return;
    case Reply::Kind::kDrop:
      return AfterStep({.after = Step::After::kClose});
    case Reply::Kind::kHang:
      return AfterStep({.after = Step::After::kHang});
    case Reply::Kind::kAnswer:
      break;
  }
  exchange.headers_due_ns = received_ns + host_.engine().options().headers_delay_ns;
  exchange.slot_wanted = true;
  if (exchange.headers_due_ns <= received_ns) SendHeaders();
  if (!exchange_) return;
  if (host_.AcquireSlot(key_)) {
    OnSlot(received_ns);
  } else {
    Rearm();
  }
}

void Connection::OnSlot(int64_t now_ns) {
  exchange_->slot_wanted = false;
  exchange_->slot_held = true;
  exchange_->step_due_ns = exchange_->reply.answer->Begin(now_ns);
  Rearm();
}

void Connection::Rearm() {
  const int64_t due_ns = std::min(exchange_->headers_due_ns, exchange_->step_due_ns);
  if (due_ns != wake_ns_ && due_ns != kNever) WakeAt(due_ns);
}

void Connection::WakeAt(int64_t due_ns) {
  wake_ns_ = due_ns;
  host_.WakeAt(key_, due_ns);
}

void Connection::OnTimer(int64_t due_ns, int64_t now_ns) {
  if (due_ns != wake_ns_ || closed()) return;
  wake_ns_ = kNever;
  if (discarding_) return Close();
  if (!exchange_) return parser_.idle() ? Close() : void();
  if (exchange_->step_due_ns <= now_ns) {
    RunStep();
  } else if (exchange_->headers_due_ns <= now_ns) {
    SendHeaders();
  }
  if (exchange_) return Rearm();
  TakeHeldBytes();
}

void Connection::SendHeaders() {
  exchange_->headers_due_ns = kNever;
  const std::string_view headers = exchange_->reply.answer->headers();
  if (headers.empty()) return;
  exchange_->truth.headers_ns = host_.NowNs();
  exchange_->truth.status = exchange_->reply.status;
  Send(headers);
}

void Connection::RunStep() {
  if (exchange_->headers_due_ns != kNever) SendHeaders();
  if (!exchange_) return;
  const int64_t due_ns = std::exchange(exchange_->step_due_ns, kNever);
  const Step step = exchange_->reply.answer->Next(due_ns);
  if (!step.bytes.empty()) SendStep(step, due_ns);
  if (exchange_) AfterStep(step);
}

void Connection::SendStep(const Step& step, int64_t due_ns) {
  RequestTruth& truth = exchange_->truth;
  const int64_t now_ns = host_.NowNs();
  if (truth.headers_ns == 0) {
    truth.headers_ns = now_ns;
    truth.status = exchange_->reply.status;
  }
  if (step.tokens > 0) {
    const int64_t lateness_ns = now_ns - due_ns;
    if (truth.tokens == 0) {
      truth.first_token_ns = now_ns;
      truth.first_token_lateness_ns = lateness_ns;
    }
    truth.last_token_ns = now_ns;
    truth.tokens += step.tokens;
    truth.max_lateness_ns = std::max(truth.max_lateness_ns, lateness_ns);
    host_.OnTokens(step.tokens, lateness_ns);
  }
  Send(step.bytes);
}

void Connection::AfterStep(const Step& step) {
  switch (step.after) {
    case Step::After::kWait:
      exchange_->step_due_ns = step.next_ns;
      return;
    case Step::After::kHang:
      exchange_->hung = true;
      return;
    case Step::After::kReset:
      EndExchange(exchange_->reply.outcome);
      return Reset();
    case Step::After::kClose:
      exchange_->reply.close_after = true;
      [[fallthrough]];
    case Step::After::kEnd:
      exchange_->complete = true;
      return CompleteIfWritten();
  }
}

void Connection::CompleteIfWritten() {
  if (!exchange_ || !exchange_->complete || !writer_.empty()) return;
  const Reply& reply = exchange_->reply;
  const bool close_after = reply.close_after;
  const bool half_close_after = reply.half_close_after;
  const bool reset_after = reply.reset_after;
  // A connection that breaks off says no farewell.
  if (close_after && tls_ != nullptr && exchange_->reply.outcome == "ok") {
    tls_->Close();
    writer_.Send(tls_->TakeOutput());
  }
  EndExchange(exchange_->reply.outcome);
  if (close_after && !discarding_) return Close();
  if (reset_after) return Reset();
  if (half_close_after) {
    discarding_ = true;
    return CloseAfterReading();
  }
  const int64_t keep_alive_ns = host_.engine().options().keep_alive_ns;
  if (keep_alive_ns > 0) WakeAt(host_.NowNs() + keep_alive_ns);
}

void Connection::EndExchange(std::string_view outcome) {
  RequestTruth& truth = exchange_->truth;
  truth.outcome = outcome;
  truth.end_ns = host_.NowNs();
  if (exchange_->slot_held) host_.ReleaseSlot();
  if (exchange_->slot_wanted) host_.CancelSlot(key_);
  if (exchange_->reply.is_generation) host_.OnGenerationEnd(std::move(truth));
  exchange_.reset();
  wake_ns_ = kNever;
}

bool Connection::Send(std::string_view bytes) {
  if (tls_ == nullptr) return Write(bytes);
  tls_->Send(bytes);
  return Write(tls_->TakeOutput());
}

bool Connection::Write(std::string_view bytes) {
  if (writer_.Send(bytes)) return true;
  OnPeerGone();
  return false;
}

void Connection::OnWritable() {
  if (closed()) return;
  if (!writer_.Flush()) return OnPeerGone();
  CompleteIfWritten();
  TakeHeldBytes();
}

void Connection::OnPeerGone() {
  if (closed()) return;
  if (exchange_) EndExchange(exchange_->hung ? exchange_->reply.outcome : "client_closed");
  Close();
}

void Connection::OnStop() {
  if (exchange_) EndExchange(exchange_->hung ? exchange_->reply.outcome : "stopped");
  Close();
}

// The refused request may still be on its way, and closing with unread bytes would reset the
// connection before the peer has read why.
void Connection::CloseAfterReading() {
  shutdown(fd(), SHUT_WR);
  WakeAt(host_.NowNs() + kDiscardNs);
}

void Connection::Reset() {
  const linger hard = {.l_onoff = 1, .l_linger = 0};
  setsockopt(fd(), SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
  Close();
}

}  // namespace monsoon::mock_engine
