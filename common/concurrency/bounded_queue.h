// BoundedQueue: a lock-free FIFO of fixed capacity, the only thing through which load threads and
// the rest of the agent exchange data.
//
// Thread-safe for any number of producers and consumers; neither call blocks, allocates or makes a
// system call. Each cell carries a sequence number that says whose turn it is (D. Vyukov, "Bounded
// MPMC queue", 1024cores.net): a producer owns a cell whose number equals its ticket, a consumer
// one whose number is its ticket + 1.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace monsoon {

// T must be movable and default-constructible. Values are exchanged by std::swap, so that buffers
// inside T travel back and forth instead of being freed.
template <typename T>
class BoundedQueue {
 public:
  // Holds up to `capacity` values, rounded up to a power of two >= 2.
  explicit BoundedQueue(size_t capacity)
      : mask_(std::bit_ceil(capacity < 2 ? size_t{2} : capacity) - 1),
        cells_(std::make_unique<Cell[]>(mask_ + 1)) {
    for (size_t i = 0; i <= mask_; ++i) cells_[i].sequence.store(i, std::memory_order_relaxed);
  }
  BoundedQueue(const BoundedQueue&) = delete;
  BoundedQueue& operator=(const BoundedQueue&) = delete;

  // Swaps `value` in; false (and `value` untouched) when the queue is full.
  bool TryPush(T& value) {
    Cell* cell = Claim(tail_, 0);
    if (cell == nullptr) return false;
    std::swap(cell->value, value);
    cell->sequence.store(cell->ticket + 1, std::memory_order_release);
    return true;
  }

  // Swaps the oldest value out; false (and `value` untouched) when the queue is empty.
  bool TryPop(T& value) {
    Cell* cell = Claim(head_, 1);
    if (cell == nullptr) return false;
    std::swap(cell->value, value);
    cell->sequence.store(cell->ticket + mask_ + 1, std::memory_order_release);
    return true;
  }

  // A snapshot that may be outdated when it is read.
  size_t ApproximateSize() const {
    const size_t tail = tail_.load(std::memory_order_relaxed);
    const size_t head = head_.load(std::memory_order_relaxed);
    return tail > head ? tail - head : 0;
  }
  size_t capacity() const { return mask_ + 1; }

 private:
  struct alignas(64) Cell {
    std::atomic<size_t> sequence{0};
    size_t ticket = 0;  // of the current owner, between Claim and the store to `sequence`
    T value{};
  };

  // Takes the next ticket of `counter`; nullptr when that cell is not in the state `offset` yet.
  Cell* Claim(std::atomic<size_t>& counter, size_t offset) {
    size_t ticket = counter.load(std::memory_order_relaxed);
    for (;;) {
      Cell& cell = cells_[ticket & mask_];
      const size_t sequence = cell.sequence.load(std::memory_order_acquire);
      const auto distance = static_cast<intptr_t>(sequence - (ticket + offset));
      if (distance < 0) return nullptr;
      if (distance > 0) {
        ticket = counter.load(std::memory_order_relaxed);
      } else if (counter.compare_exchange_weak(ticket, ticket + 1, std::memory_order_relaxed)) {
        cell.ticket = ticket;
        return &cell;
      }
    }
  }

  const size_t mask_;
  const std::unique_ptr<Cell[]> cells_;
  alignas(64) std::atomic<size_t> tail_{0};
  alignas(64) std::atomic<size_t> head_{0};
};

}  // namespace monsoon
