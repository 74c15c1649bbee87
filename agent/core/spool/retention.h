// Which spools an agent keeps: for so long, and up to so many bytes; the oldest that are finished
// go first, one that a session still writes never. Pure; times ns of the wall clock.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace monsoon {

struct SpoolFacts {
  std::string name;  // of its folder
  int64_t bytes = 0;
  int64_t written_ns = 0;  // last
  bool in_use = false;     // some process writes or collects it
};

// Those that have been kept for `max_age_ns`.
std::vector<std::string> ExpiredSpools(const std::vector<SpoolFacts>& spools, int64_t now_ns,
                                       int64_t max_age_ns);

struct SpoolRoom {
  bool enough = false;
  std::vector<std::string> remove;  // to have it, in this order; empty when it is not enough
};
// Room for `more` bytes, so that all spools together stay within `max_bytes`.
SpoolRoom FindSpoolRoom(std::vector<SpoolFacts> spools, int64_t more, int64_t max_bytes);

}  // namespace monsoon
