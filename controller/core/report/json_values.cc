#include "controller/core/report/json_values.h"

#include "controller/core/report/clean_text.h"
#include "controller/core/report/metric_catalogue.h"

namespace monsoon {

Json OptionalJson(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json DistributionJson(const Distribution& distribution) {
  Json out;
  out["count"] = distribution.count;
  for (const Statistic& statistic : DistributionStatistics()) {
    out[std::string(statistic.name)] =
        distribution.count > 0 ? Json(distribution.*statistic.member) : Json(nullptr);
  }
  out["insufficient"] = distribution.insufficient;
  return out;
}

Json CleanListJson(const std::vector<std::string>& texts) {
  Json out = Json::array();
  for (const std::string& text : texts) out.push_back(CleanText(text));
  return out;
}

}  // namespace monsoon
