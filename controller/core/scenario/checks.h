// Checks of a scenario's values that are more than a range (ranges.h) and less than a grammar of
// their own. Pure. Each returns INVALID_ARGUMENT that continues "KEY is 'VALUE': ", i.e. what was
// expected.
#pragma once

#include <string_view>

#include "absl/status/status.h"

#include "common/model/agent_case.h"
#include "controller/core/scenario/scenario.h"

namespace monsoon {

// A scenario's name is part of a folder's name.
absl::Status CheckScenarioName(std::string_view name);
// Names of models, datasets and engines appear in case names, tables and files.
absl::Status CheckLabel(std::string_view name);

// HTTP header field: the name a token of RFC 9110 section 5.6.2, the value without control
// characters (a line break would smuggle in further headers), and not one of the fields that the
// agent sets.
absl::Status CheckHeaderName(std::string_view name);
absl::Status CheckHeaderValue(std::string_view value);

// "host:port", "[v6]:port"; the port from 1 to 65535.
absl::Status CheckHostPort(std::string_view text);
// CheckHostPort, or "unix:PATH".
absl::Status CheckAgentAddress(std::string_view text);

// Fields that contradict each other although each is in its range.
absl::Status CheckSampling(const Sampling& sampling);

}  // namespace monsoon
