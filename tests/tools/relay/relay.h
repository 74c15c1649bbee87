// Relay: a TCP relay on loopback that is as bad a network as a test asks for. It accepts
// connections, dials the target for each, and forwards both ways under conditions that may change
// at any moment.
//
//   Relay relay(seed);
//   relay.Listen(0, "127.0.0.1", target_port);
//   relay.SetConditions(Way::kUp, {...});  relay.CutAfter(...);  ...
//   while (...) relay.Turn(10);             // one turn of its loop, at most 10 ms
//
// "Up" is from whoever dialled the relay to the target, "down" the other way. Connections are
// numbered 1, 2, ... in the order in which they were accepted. A held-up connection (Hold) looks to
// both sides like a network that loses every packet: nothing arrives, no end is told, and what was
// sent before arrives when it heals; a connection made meanwhile is accepted, because the kernel
// does that, and says nothing. Belongs to one thread; every method returns at once.
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <optional>
#include <random>
#include <string>

#include "absl/status/status.h"

#include "tests/tools/relay/lane.h"

namespace monsoon {

enum class Way { kUp = 0, kDown = 1 };

class Relay {
 public:
  explicit Relay(uint64_t seed) : random_(seed) {}
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  // Port 0: any free one. IPv4 addresses.
  absl::Status Listen(int port, const std::string& target_host, int target_port);
  int port() const { return port_; }

  void SetConditions(Way way, const LaneConditions& conditions) {
    conditions_[static_cast<size_t>(way)] = conditions;
  }
  LaneConditions conditions(Way way) const { return conditions_[static_cast<size_t>(way)]; }
  // The first connection that forwards `bytes` more bytes that way ends like `how`, before the next
  // byte. connection 0: whichever comes first. One at a time: a later call replaces an earlier one.
  void CutAfter(Way way, uint64_t bytes, EndHow how, int connection);
  // All connections end like `how`, at once.
  void EndAll(EndHow how);
  // Nothing is forwarded until then; 0: until Heal().
  void Hold(int64_t until_ns);
  void Heal() { hold_until_ns_.reset(); }
  // New connections are refused, or taken again on the same port.
  absl::Status Refuse(bool refuse);

  struct Totals {
    int accepted = 0;
    int open = 0;
    int cuts = 0;  // of CutAfter
    std::array<uint64_t, 2> bytes = {0, 0};
  };
  Totals totals() const;

  // Waits for something to do for at most `timeout_ms`, and does it. `extra_fd`, if not -1, ends
  // the wait when it can be read; true: it can.
  bool Turn(int timeout_ms, int extra_fd = -1);

 private:
  struct Connection {
    int number = 0;
    std::array<int, 2> fds = {-1, -1};  // 0: who dialled, 1: the target
    bool dialled = false;               // the target was dialled
    bool dead = false;                  // blackholed for good
    bool closed = false;
    std::array<Lane, 2> lanes;  // by Way: from fds[way] to fds[1 - way]
    std::array<bool, 2> ends_told = {false, false};
    std::array<uint64_t, 2> cut_base = {0, 0};  // forwarded when the cut was armed
  };
  struct Cut {
    Way way;
    uint64_t bytes;
    EndHow how;
    int connection;
  };

  bool held(int64_t now_ns);
  void Accept();
  bool Dial(Connection& connection);
  void Read(Connection& connection, size_t way, int64_t now_ns);
  void Write(Connection& connection, size_t way, int64_t now_ns);
  bool WriteOnce(Connection& connection, size_t way, std::string_view bytes);
  void TellEnd(Connection& connection, size_t way, EndHow how);
  void End(Connection& connection, EndHow how);
  int WaitMs(int timeout_ms, int64_t now_ns) const;
  absl::Status OpenListener(int port);

  std::mt19937_64 random_;
  int listener_ = -1;
  int port_ = 0;
  std::string target_host_;
  int target_port_ = 0;
  std::array<LaneConditions, 2> conditions_;
  std::optional<Cut> cut_;
  std::optional<int64_t> hold_until_ns_;  // max: until Heal()
  std::list<Connection> connections_;
  Totals past_;  // of connections that are no more
};

}  // namespace monsoon
