// Lane: one direction of a relayed connection: bytes that came in, and when each may go out. Order
// is kept whatever the jitter; a limit of bytes per second spaces them; a cut ends the lane after
// an exact number of bytes. Pure; belongs to the relay's thread. All times ns, monotonic.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <random>
#include <string>
#include <string_view>

namespace monsoon {

// What a direction does to its bytes from now on.
struct LaneConditions {
  int64_t delay_ns = 0;
  int64_t jitter_ns = 0;    // the delay of a piece is drawn from delay +- jitter
  int64_t bytes_per_s = 0;  // 0: no limit
};

// How a connection ends.
enum class EndHow {
  kFin,       // both sides are closed in order
  kRst,       // both sides are reset
  kBlackhole  // nothing is forwarded any more, and nobody is told
};

class Lane {
 public:
  // More than this waits in the sender's socket, as it would behind a slow link.
  static constexpr size_t kMaxHeldBytes = 4 << 20;

  void Take(std::string bytes, int64_t now_ns, const LaneConditions& conditions,
            std::mt19937_64& random);
  // The sender has ended; the end travels like a byte. REQUIRES: kFin or kRst.
  void TakeEnd(EndHow how, int64_t now_ns, const LaneConditions& conditions,
               std::mt19937_64& random);

  bool has_room() const { return held_bytes_ < kMaxHeldBytes && !end_; }
  bool ended() const { return end_.has_value(); }
  // When the next bytes, or the end, may go out; nullopt: there is nothing.
  std::optional<int64_t> due_ns() const;
  // What may go out now, as one piece; empty: nothing, or the end's turn has come.
  std::string_view Ready(int64_t now_ns) const;
  // So much of Ready() went out.
  void Forwarded(size_t bytes);
  // The end has travelled: everything before it is out, and its time has come.
  std::optional<EndHow> EndReady(int64_t now_ns) const;

  uint64_t forwarded_bytes() const { return forwarded_bytes_; }

 private:
  struct Piece {
    int64_t due_ns;
    std::string bytes;
  };
  int64_t DueFor(size_t bytes, int64_t now_ns, const LaneConditions& conditions,
                 std::mt19937_64& random);

  std::deque<Piece> pieces_;
  size_t first_offset_ = 0;  // of the first piece: so much is out
  size_t held_bytes_ = 0;
  uint64_t forwarded_bytes_ = 0;
  int64_t last_due_ns_ = 0;
  std::optional<EndHow> end_;
  int64_t end_due_ns_ = 0;
};

}  // namespace monsoon
