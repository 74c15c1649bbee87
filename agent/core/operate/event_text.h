// What is logged of each ServiceEvent: name, level and fields. Cases are counted from 1, as reports
// and `controller validate` do. Pure.
#pragma once

#include "agent/core/operate/agent_observer.h"
#include "agent/core/operate/log_entry.h"

namespace monsoon {

LogEntry ToLogEntry(const ServiceEvent& event);

}  // namespace monsoon
