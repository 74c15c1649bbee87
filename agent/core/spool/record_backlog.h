// RecordBacklog: the batches that the controller has not acknowledged, in order: the older ones on
// disk, the younger ones in memory. It knows which of them are on their way over the present Data
// stream, and which must be sent again over the next.
//
// Pure and not thread-safe; the record outlet guards it and does the writing and reading.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>

namespace monsoon {

// Where an entry lies in a spool: in which of its files, and its payload there.
struct SpoolPlace {
  uint32_t segment = 0;
  int64_t offset = 0;
  int64_t size = 0;
};

class RecordBacklog {
 public:
  struct Batch {
    uint64_t sequence = 0;
    std::shared_ptr<const std::string> bytes;  // null: it is on disk, at `place`
    SpoolPlace place;
  };

  // `sequence` is one more than that of the batch before.
  void Add(uint64_t sequence, std::string bytes);
  // Everything up to and including `sequence` is safe. Older numbers, and numbers that no batch
  // has, change nothing more than that.
  void Acknowledge(uint64_t sequence);

  // The oldest batch in memory; nullptr: none is.
  const Batch* OldestInMemory() const;
  // That one is on disk now.
  void Spilled(const SpoolPlace& place);

  // The next batch to send over the present stream; nullptr: all were sent.
  const Batch* NextToSend() const;
  void Sent() { ++sent_; }
  // A new stream: everything is to be sent again.
  void Rewind() { sent_ = 0; }

  int64_t memory_bytes() const { return memory_bytes_; }
  int64_t total_bytes() const { return total_bytes_; }
  bool empty() const { return batches_.empty(); }
  uint64_t acknowledged() const { return acknowledged_; }

 private:
  std::deque<Batch> batches_;  // oldest first
  size_t spilled_ = 0;         // so many of them are on disk
  size_t sent_ = 0;            // so many of them went over the present stream
  int64_t memory_bytes_ = 0;
  int64_t total_bytes_ = 0;
  uint64_t acknowledged_ = 0;
};

}  // namespace monsoon
