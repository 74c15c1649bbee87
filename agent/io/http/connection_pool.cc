#include "agent/io/http/connection_pool.h"

#include <algorithm>
#include <array>
#include <utility>

#include "common/base/status_macros.h"
#include "common/time/clock.h"

namespace monsoon {
namespace {

// Servers such as uvicorn close a connection that idled for 5 s; a reuse just before that races.
constexpr int64_t kMaxIdleNs = 4 * kNsPerS;
// How long nothing is opened ahead of need after the engine has refused.
constexpr int64_t kRefusedPauseNs = kNsPerS;

}  // namespace

ConnectionPool::ConnectionPool(const DialContext* context, PoolPlan plan)
    : context_(*context), plan_(plan) {}

ConnectionPool::~ConnectionPool() {
  for (const auto& [connection, owned] : connections_)
    context_.poller->Unwatch(connection->socket());
}

absl::Status ConnectionPool::Init() {
  // One is made here, so that what libcurl cannot do is known before the case starts.
  auto dial = std::make_unique<Dial>(&context_, this);
  RETURN_IF_ERROR(dial->Init());
  free_dials_.push_back(std::move(dial));
  return absl::OkStatus();
}

void ConnectionPool::StartTopUp() {
  top_up_ = true;
  TopUp();
}

void ConnectionPool::StopTopUp() { top_up_ = false; }

void ConnectionPool::Grow(int64_t slots, int64_t max_spare) {
  plan_.Grow(slots, max_spare);
  TopUp();
}

bool ConnectionPool::settled() const {
  return dials_.empty() && (refused_until_ns_ > 0 || plan_.ToOpen(State(), true) == 0);
}

PoolState ConnectionPool::State() const {
  const auto idle = static_cast<int64_t>(idle_.size());
  return {.idle = idle,
          .in_use = static_cast<int64_t>(connections_.size()) - idle - doomed_,
          .dialing = static_cast<int64_t>(dials_.size()),
          .waiting = static_cast<int64_t>(waiting_.size())};
}

void ConnectionPool::TopUp() {
  const bool engine_takes_more =
      refused_until_ns_ == 0 || context_.clock->MonotonicNs() >= refused_until_ns_;
  int64_t to_open = plan_.ToOpen(State(), top_up_ && engine_takes_more);
  while (to_open-- > 0 && static_cast<int64_t>(dials_.size()) < kMaxDials) StartDial();
}

void ConnectionPool::StartDial() {
  if (free_dials_.empty()) {
    auto dial = std::make_unique<Dial>(&context_, this);
    // The first one could be made, so this is a lack of memory; whoever waits meets its deadline.
    if (!dial->Init().ok()) return;
    free_dials_.push_back(std::move(dial));
  }
  dials_.push_back(std::move(free_dials_.back()));
  free_dials_.pop_back();
  dials_.back()->Begin();
}

void ConnectionPool::OnDialEnded(Dial& dial) {
  if (dial.error_class() == ErrorClass::kNone) {
    refused_until_ns_ = 0;
    Adopt(dial);
  } else {
    Fail(dial);
  }
}

void ConnectionPool::Adopt(Dial& dial) {
  const auto place = std::find_if(dials_.begin(), dials_.end(),
                                  [&](const auto& each) { return each.get() == &dial; });
  std::unique_ptr<Dial> owned = std::move(*place);
  *place = std::move(dials_.back());
  dials_.pop_back();

  const ConnectTimes times = owned->times();
  std::unique_ptr<Connection> connection;
  if (times.tls_ns != kNever) {
    connection = std::make_unique<Connection>(std::move(owned), times, this);
  } else {
    connection = std::make_unique<Connection>(owned->TakeSocket(), times, this);
    free_dials_.push_back(std::move(owned));
  }
  Connection* raw = connection.get();
  context_.poller->Watch(raw->socket(), Connection::kReadEvents, raw);
  connections_.emplace(raw, std::move(connection));
  Serve(raw);
  TopUp();
}

void ConnectionPool::Serve(Connection* connection) {
  const auto waiter =
      std::find_if(waiting_.begin(), waiting_.end(),
                   [connection](const Waiter& each) { return !each.fresh || !connection->used(); });
  if (waiter == waiting_.end()) {
    connection->Rest(context_.clock->MonotonicNs());
    idle_.push_back(connection);
    return;
  }
  ConnectionUser* user = waiter->user;
  waiting_.erase(waiter);
  connection->Use(user);
  user->OnConnected(connection);
}

void ConnectionPool::Fail(const Dial& dial) {
  const auto place = std::find_if(dials_.begin(), dials_.end(),
                                  [&](const auto& each) { return each.get() == &dial; });
  free_dials_.push_back(std::move(*place));
  *place = std::move(dials_.back());
  dials_.pop_back();
  refused_until_ns_ = context_.clock->MonotonicNs() + kRefusedPauseNs;
  if (waiting_.empty()) return;
  ConnectionUser* user = waiting_.front().user;
  waiting_.pop_front();
  user->OnConnectFailed(dial.error_class(), dial.error());
  TopUp();
}

Connection* ConnectionPool::Acquire(ConnectionUser* user, bool fresh) {
  const int64_t now_ns = context_.clock->MonotonicNs();
  while (!fresh && !idle_.empty()) {
    Connection* connection = idle_.back();
    if (connection->used() && now_ns - connection->idle_since_ns() > kMaxIdleNs) {
      Close(connection);
      continue;
    }
    idle_.pop_back();
    connection->Use(user);
    return connection;
  }
  plan_.Missed();
  waiting_.push_back({user, fresh});
  TopUp();
  return nullptr;
}

void ConnectionPool::StopWaiting(ConnectionUser* user) {
  const auto place = std::find_if(waiting_.begin(), waiting_.end(),
                                  [user](const Waiter& each) { return each.user == user; });
  if (place != waiting_.end()) waiting_.erase(place);
}

void ConnectionPool::Release(Connection* connection) {
  if (connection->doomed()) return Close(connection);
  Serve(connection);
}

void ConnectionPool::Close(Connection* connection) {
  if (connection->in_use()) {
    doomed_ -= connection->doomed() ? 1 : 0;
  } else {
    idle_.erase(std::find(idle_.begin(), idle_.end(), connection));
  }
  context_.poller->Unwatch(connection->socket());
  connection->Retire();
  const auto place = connections_.find(connection);
  dead_.push_back(std::move(place->second));
  connections_.erase(place);
  TopUp();
}

void ConnectionPool::Doom(Connection* connection) {
  if (connection->doomed()) return;
  connection->Doom();
  ++doomed_;
  TopUp();
}

void ConnectionPool::Tick(int64_t now_ns) {
  for (size_t i = dials_.size(); i-- > 0;) {
    // Ending one removes it, and may begin others.
    if (i < dials_.size()) dials_[i]->Tick(now_ns);
  }
  // Those that rested longest stand first. Closing one removes it; what that opens comes last.
  for (size_t i = 0; i < idle_.size() && now_ns - idle_[i]->idle_since_ns() > kMaxIdleNs;) {
    if (idle_[i]->used()) {
      Close(idle_[i]);
    } else {
      ++i;
    }
  }
  TopUp();
}

void ConnectionPool::OnIdleConnectionReady(Connection& connection) {
  // TLS has messages of its own (session tickets), which bring no bytes.
  std::array<char, 1> byte;
  if (connection.Read(byte, false).kind == Connection::ReadResult::Kind::kNothingYet) return;
  Close(&connection);
}

}  // namespace monsoon
