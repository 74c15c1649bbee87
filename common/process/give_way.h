// GiveWay: work that comes in bulk and is in no hurry (records, metrics, counting) must not
// delay a load thread that has to share its core with it.
#pragma once

#include <sys/resource.h>
#include <unistd.h>

namespace monsoon {

// Lowers the priority of the calling thread, for good: only root could raise it again. So it is for
// threads of our own, which make no load threads. Niceness is a thread's on Linux.
inline void GiveWay() {
  constexpr int kNiceness = 19;
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNiceness);
}

}  // namespace monsoon
