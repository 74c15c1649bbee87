// FloodingAgent: an agent that has finished its work: it answers Hello and Attach, then writes
// record batches, each of the size that the real agent makes, as fast as its Data stream takes
// them.
//
// Serves one run, in the calling process and on whatever cores that may use.
#pragma once

#include <cstdint>

#include "common/model/request_record.h"

namespace monsoon::bench {

// `count` records of a closed loop of `concurrency` slots, each with `gaps` gaps of its own around
// 10 ms. Stamps follow from the index alone.
class RecordMaker {
 public:
  RecordMaker(int64_t concurrency, int64_t gaps) : concurrency_(concurrency), gaps_(gaps) {}

  // Makes `record` the one of this index; its strings are used again.
  void Make(uint64_t index, RequestRecord& record) const;

 private:
  const int64_t concurrency_;
  const int64_t gaps_;
};

// Listens on 127.0.0.1, writes the port (4 bytes) to `port_file`, serves one controller until it
// has acknowledged `records` records, and returns when it has hung up.
void ServeFlood(const RecordMaker& maker, uint64_t records, int port_file);

}  // namespace monsoon::bench
