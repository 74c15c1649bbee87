// LoadSpec: how an open loop sends: by which law, how fast, and how many answers it may wait for at
// once. Plain value; law kClosed stands for a closed loop, whose one number is the concurrency.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "controller/core/load/arrival_rate.h"
#include "controller/core/load/arrival_schedule.h"

namespace monsoon {

struct LoadSpec {
  LoadLaw law = LoadLaw::kClosed;
  ArrivalRate rate;
  // Over all agents. A request that is due while so many are in flight is not sent, and counted.
  int64_t max_in_flight = 10'000;

  bool open() const { return law != LoadLaw::kClosed; }

  friend bool operator==(const LoadSpec&, const LoadSpec&) = default;
};

std::string_view LoadLawName(LoadLaw law);  // closed constant poisson

// The load's part of a case's name: "r100" (constant), "p2.5" (Poisson), "r30m" (30/min), "c8" for
// a closed loop of `concurrency`.
std::string LoadLabel(const LoadSpec& load, int64_t concurrency);
// For headings: "8 requests in flight", "100/s, Poisson arrivals".
std::string LoadSentence(const LoadSpec& load, int64_t concurrency);

}  // namespace monsoon
