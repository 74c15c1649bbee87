// SimConnection: one stream between a simulated controller and a simulated agent over a bad
// network: messages take a time with jitter and keep their order; a hold keeps them back; the
// stream can break, with any number of the messages under way still arriving, or vanish without a
// word.
//
// Shared by both sides and by the events that are under way. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <random>

#include "tests/simulation/sim_message.h"
#include "tests/simulation/virtual_time.h"

namespace monsoon {

// Of the way to one agent; both its streams are subject to it.
struct SimNetwork {
  int64_t delay_ns = 100'000;
  int64_t jitter_ns = 0;         // the delay is delay + 0 .. jitter
  int64_t held_until_ns = 0;     // nothing arrives before
  int64_t refused_until_ns = 0;  // no new stream before
};

class SimConnection : public std::enable_shared_from_this<SimConnection> {
 public:
  enum class Side { kController = 0, kAgent = 1 };
  struct Ears {
    std::function<void(const SimMessage&)> message;
    std::function<void()> broken;
  };

  SimConnection(VirtualTime* time, SimNetwork* network, std::mt19937_64* random)
      : time_(*time), network_(*network), random_(*random) {}

  void Listen(Side side, Ears ears) { ears_[static_cast<size_t>(side)] = std::move(ears); }
  // Nothing reaches this side any more.
  void Leave(Side side) { ears_[static_cast<size_t>(side)] = {}; }

  void Send(Side from, SimMessage message);
  // Of what is under way, a part arrives each way; then each side learns of the end.
  void Break();
  // Nothing arrives any more, and nobody learns of it.
  void Vanish() { vanished_ = true; }
  bool open() const { return !broken_ && !vanished_; }

 private:
  struct Letter {
    int64_t due_ns;
    std::optional<SimMessage> message;  // nullopt: the end
  };
  void Put(size_t to, std::optional<SimMessage> message);
  void Deliver(size_t to);

  VirtualTime& time_;
  SimNetwork& network_;
  std::mt19937_64& random_;
  std::array<Ears, 2> ears_;
  std::array<std::deque<Letter>, 2> under_way_;  // by who gets it
  bool broken_ = false;
  bool vanished_ = false;
};

}  // namespace monsoon
