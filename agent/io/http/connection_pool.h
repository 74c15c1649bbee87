// ConnectionPool: the connections of one load thread, opened before they are needed (before the
// case starts, and topped up while it runs; agent/core/load/pool_plan.h), kept alive between
// requests, closed when they end.
//
// Belongs to its load thread. Owns the connections and the dials; lends a connection to one user at
// a time. What it calls back (ConnectionUser) may come from inside Acquire().
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"

#include "agent/core/load/pool_plan.h"
#include "agent/io/http/connection.h"
#include "agent/io/http/dial.h"

namespace monsoon {

class ConnectionPool final : public DialListener, public ConnectionOwner {
 public:
  // Opens at most this many connections at once, so that the engine's listen queue holds them.
  static constexpr int64_t kMaxDials = 64;

  // `context` outlives the pool.
  ConnectionPool(const DialContext* context, PoolPlan plan);
  ~ConnectionPool();

  // INTERNAL when libcurl cannot be set up.
  absl::Status Init();

  // Opens what the plan wants ahead of need, from now on until StopTopUp().
  void StartTopUp();
  void StopTopUp();
  // More slots are to be served, with at most `max_spare` connections besides.
  void Grow(int64_t slots, int64_t max_spare);
  // The plan is fulfilled, or the engine does not take connections.
  bool settled() const;
  // Connections that are established, lent or idle.
  size_t open() const { return connections_.size(); }

  // An open connection, `user`'s from now on, or nullptr: then the user hears of one, or of the
  // failure, later (maybe before this returns). `fresh`: one that nothing was asked on before.
  Connection* Acquire(ConnectionUser* user, bool fresh);
  // `user` no longer waits.
  void StopWaiting(ConnectionUser* user);
  // The connection may carry another request.
  void Release(Connection* connection);
  void Close(Connection* connection);
  // It will be closed after the answer that is coming: its successor may be opened.
  void Doom(Connection* connection);

  // Every few ms: timers of dials, connections that idled too long.
  void Tick(int64_t now_ns);
  // At the end of each turn of the loop, when no event refers to a closed connection any more.
  void Bury() { dead_.clear(); }

  void OnDialEnded(Dial& dial) override;
  void OnIdleConnectionReady(Connection& connection) override;

 private:
  struct Waiter {
    ConnectionUser* user;
    bool fresh;  // takes no connection that was used before
  };

  void TopUp();
  void StartDial();
  void Adopt(Dial& dial);
  void Serve(Connection* connection);
  void Fail(const Dial& dial);
  PoolState State() const;

  const DialContext& context_;
  PoolPlan plan_;
  std::unordered_map<Connection*, std::unique_ptr<Connection>> connections_;
  std::vector<Connection*> idle_;  // the one that rested last comes last
  std::deque<Waiter> waiting_;
  std::vector<std::unique_ptr<Dial>> dials_;       // those that are dialing
  std::vector<std::unique_ptr<Dial>> free_dials_;  // the others
  std::vector<std::unique_ptr<Connection>> dead_;
  int64_t doomed_ = 0;  // of those in use
  bool top_up_ = false;
  int64_t refused_until_ns_ = 0;  // no topping up before: the engine took no connection
};

}  // namespace monsoon
