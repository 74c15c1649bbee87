// The values that report.json is made of. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "controller/core/report/case_report.h"

namespace monsoon {

using Json = nlohmann::ordered_json;

// null where it is not defined.
Json OptionalJson(const std::optional<double>& value);
// Its statistics by name; null each when it has no sample.
Json DistributionJson(const Distribution& distribution);
// Each text repaired where it is not UTF-8.
Json CleanListJson(const std::vector<std::string>& texts);

}  // namespace monsoon
