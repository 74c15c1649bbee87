// HubContext: what every step of a fetch shares. Plain; all pointers outlive its users.
#pragma once

#include <cstdint>
#include <functional>

#include "common/time/clock.h"
#include "controller/core/hub/hub_settings.h"
#include "controller/io/hub/hub_http.h"
#include "controller/io/terminal/progress_display.h"

namespace monsoon {

struct HubContext {
  const HubSettings* settings = nullptr;
  const Clock* clock = nullptr;
  HubHttp* http = nullptr;
  ProgressDisplay* display = nullptr;
  bool live = false;                 // show progress as it goes (a terminal), not only the results
  std::function<bool()> keep_going;  // false: the user wants to stop
};

// Waits with an eye on keep_going; false when that ended it.
bool WaitSeconds(const HubContext& context, int64_t seconds);

}  // namespace monsoon
