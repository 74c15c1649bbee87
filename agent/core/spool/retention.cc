#include "agent/core/spool/retention.h"

#include <algorithm>

namespace monsoon {

std::vector<std::string> ExpiredSpools(const std::vector<SpoolFacts>& spools, int64_t now_ns,
                                       int64_t max_age_ns) {
  std::vector<std::string> expired;
  for (const SpoolFacts& spool : spools) {
    if (!spool.in_use && now_ns - spool.written_ns >= max_age_ns) expired.push_back(spool.name);
  }
  return expired;
}

SpoolRoom FindSpoolRoom(std::vector<SpoolFacts> spools, int64_t more, int64_t max_bytes) {
  int64_t total = more;
  for (const SpoolFacts& spool : spools) total += spool.bytes;
  std::sort(spools.begin(), spools.end(), [](const SpoolFacts& a, const SpoolFacts& b) {
    return a.written_ns != b.written_ns ? a.written_ns < b.written_ns : a.name < b.name;
  });
  SpoolRoom room;
  for (const SpoolFacts& spool : spools) {
    if (total <= max_bytes) break;
    if (spool.in_use) continue;
    total -= spool.bytes;
    room.remove.push_back(spool.name);
  }
  room.enough = total <= max_bytes;
  if (!room.enough) room.remove.clear();
  return room;
}

}  // namespace monsoon
