#include "agent/io/http/engine_call.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

constexpr int64_t kTickNs = 20 * kNsPerMs;
// How long the rest may take once the text has begun, and once nothing in it matters.
constexpr int64_t kEndOfTextNs = 10 * kNsPerS;
constexpr int64_t kEndOfBodyNs = 2 * kNsPerS;
constexpr size_t kReadBufferBytes = 64 << 10;
constexpr size_t kMaxRawHeadBytes = 16 << 10;
constexpr uint32_t kWaitToRead = EPOLLIN | EPOLLRDHUP;

int64_t PatienceNs(EngineCall::Stage stage) {
  return stage == EngineCall::Stage::kOver ? kEndOfBodyNs : kEndOfTextNs;
}

}  // namespace

absl::StatusOr<std::unique_ptr<EngineCall>> EngineCall::Create(const AgentCase* agent_case,
                                                               const ResolvedEndpoint* target,
                                                               const AddressPolicy* policy,
                                                               const Clock* clock,
                                                               const std::atomic<bool>* cancelled) {
  ASSIGN_OR_RETURN(Poller poller, Poller::Create());
  std::unique_ptr<EngineCall> call(new EngineCall(std::move(poller), clock, cancelled));
  if (!target->is_literal()) {
    call->resolve_ = curl_slist_append(nullptr, target->CurlResolveLine().c_str());
  }
  call->dial_context_ = {.agent_case = agent_case,
                         .policy = policy,
                         .clock = clock,
                         .poller = &call->poller_,
                         .resolve = call->resolve_};
  call->dial_ = std::make_unique<Dial>(&call->dial_context_, call.get());
  RETURN_IF_ERROR(call->dial_->Init());
  call->poller_.ArmTick(clock->MonotonicNs() + kTickNs, kTickNs);
  return call;
}

EngineCall::EngineCall(Poller poller, const Clock* clock, const std::atomic<bool>* cancelled)
    : poller_(std::move(poller)),
      clock_(*clock),
      cancelled_(*cancelled),
      read_buffer_(kReadBufferBytes) {}

EngineCall::~EngineCall() {
  HangUp();
  dial_ = nullptr;
  curl_slist_free_all(resolve_);
}

void EngineCall::HangUp() {
  if (connection_ == nullptr) return;
  poller_.Unwatch(connection_->socket());
  connection_ = nullptr;
}

EngineCall::End EngineCall::Send(std::string_view head, std::string_view body, int64_t limit_ns,
                                 Answer& answer) {
  const bool kept = connection_ != nullptr;
  End end = SendOnce(head, body, limit_ns, answer);
  // A kept connection that the server had closed meanwhile says nothing about the request.
  if (kept && end.kind == EndKind::kCut && parser_.bytes_seen() == 0) {
    end = SendOnce(head, body, limit_ns, answer);
  }
  return end;
}

EngineCall::End EngineCall::SendOnce(std::string_view head, std::string_view body, int64_t limit_ns,
                                     Answer& answer) {
  End end;
  if (connection_ == nullptr && Connect(limit_ns, end)) return end;
  parser_.Begin();
  raw_head_.clear();
  if (!Write(head, body, limit_ns, end)) Read(limit_ns, answer, end);
  if (end.kind != EndKind::kComplete || !parser_.keep_alive()) HangUp();
  return end;
}

bool EngineCall::Turn(int64_t limit_ns, End& end) {
  if (cancelled_.load(std::memory_order_acquire)) {
    end.kind = EndKind::kCancelled;
    return false;
  }
  if (clock_.MonotonicNs() >= limit_ns) {
    end.kind = EndKind::kTimeLimit;
    return false;
  }
  const Poller::Ready ready = poller_.Wait(true);
  for (const epoll_event& event : ready.sockets) {
    static_cast<SocketHandler*>(event.data.ptr)->OnReady(event.events);
  }
  if (ready.tick && dial_ != nullptr) dial_->Tick(clock_.MonotonicNs());
  return true;
}

bool EngineCall::Connect(int64_t limit_ns, End& end) {
  if (dial_ == nullptr) {
    // The last one became a TLS connection.
    dial_ = std::make_unique<Dial>(&dial_context_, this);
    if (!dial_->Init().ok()) {
      end = {EndKind::kNotConnected, ErrorClass::kConnect, "libcurl cannot begin a connection"};
      return true;
    }
  }
  dial_->Begin();
  while (dial_->dialing()) {
    if (Turn(limit_ns, end)) continue;
    dial_->HangUp();
    if (end.kind == EndKind::kTimeLimit) {
      end = {EndKind::kNotConnected, ErrorClass::kTimeoutConnect,
             StrCat("no connection to ", dial_context_.agent_case->engine.url)};
    }
    return true;
  }
  if (dial_->error_class() != ErrorClass::kNone) {
    end = {EndKind::kNotConnected, dial_->error_class(), dial_->error()};
    return true;
  }
  const ConnectTimes times = dial_->times();
  if (times.tls_ns != kNever) {
    connection_ = std::make_unique<Connection>(std::move(dial_), times, this);
  } else {
    connection_ = std::make_unique<Connection>(dial_->TakeSocket(), times, this);
  }
  poller_.Watch(connection_->socket(), kWaitToRead, connection_.get());
  return false;
}

bool EngineCall::Write(std::string_view head, std::string_view body, int64_t limit_ns, End& end) {
  while (!head.empty() || !body.empty()) {
    const ssize_t count = connection_->Write(head, body);
    if (count > 0) {
      const size_t of_head = std::min(head.size(), static_cast<size_t>(count));
      head.remove_prefix(of_head);
      body.remove_prefix(static_cast<size_t>(count) - of_head);
    } else if (count < 0 && errno == EAGAIN) {
      poller_.Watch(connection_->socket(), kWaitToRead | EPOLLOUT, connection_.get());
      if (!Turn(limit_ns, end)) return true;
    } else if (count < 0 && errno != EINTR) {
      break;  // what the engine said before it closed may still be there to be read
    }
  }
  poller_.Watch(connection_->socket(), kWaitToRead, connection_.get());
  return false;
}

bool EngineCall::Read(int64_t limit_ns, Answer& answer, End& end) {
  Stage stage = Stage::kBeginning;
  for (;;) {
    if (ReadOnce(answer, end)) return true;
    if (answer.stage() != stage) {
      stage = answer.stage();
      limit_ns = std::min(limit_ns, clock_.MonotonicNs() + PatienceNs(stage));
    }
    if (Turn(limit_ns, end)) continue;
    if (end.kind == EndKind::kTimeLimit && stage == Stage::kOver) end.kind = EndKind::kEnough;
    return true;
  }
}

// Everything that is there.
bool EngineCall::ReadOnce(Answer& answer, End& end) {
  using Kind = Connection::ReadResult::Kind;
  for (;;) {
    const Connection::ReadResult read = connection_->Read(read_buffer_, false);
    switch (read.kind) {
      case Kind::kNothingYet:
        return false;
      case Kind::kEnd:
        return TakeEnd(true, end);
      case Kind::kBroken:
        return TakeEnd(false, end);
      case Kind::kBytes:
        answer.OnRead(clock_.MonotonicNs());
        if (Take(read.bytes, answer, end)) return true;
    }
  }
}

bool EngineCall::Take(std::string_view bytes, Answer& answer, End& end) {
  using Event = ResponseParser::Event;
  if (!parser_.head_seen()) {
    raw_head_.append(
        bytes.substr(0, kMaxRawHeadBytes - std::min(kMaxRawHeadBytes, raw_head_.size())));
  }
  for (;;) {
    std::string_view body;
    switch (parser_.Next(bytes, body)) {
      case Event::kNeedMore:
        return false;
      case Event::kHead:
        answer.OnHead(parser_, raw_head_);
        break;
      case Event::kBody:
        answer.OnBody(body);
        break;
      case Event::kEnd:
        end.kind = EndKind::kComplete;
        return true;
      case Event::kError:
        end = {EndKind::kNotHttp, parser_.error_class(), std::string(parser_.error())};
        return true;
    }
  }
}

bool EngineCall::TakeEnd(bool clean, End& end) {
  const bool complete = parser_.Close() == ResponseParser::Event::kEnd && clean;
  end.kind = complete ? EndKind::kComplete : EndKind::kCut;
  return true;
}

}  // namespace monsoon
