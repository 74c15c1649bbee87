// MetricsServer: serves /metrics for Prometheus over plain HTTP, by prometheus-cpp.
//
// Its threads run at the lowest priority and only read a snapshot, so that a scrape does not
// disturb the load.
#pragma once

#include <prometheus/metric_family.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace prometheus {
class Collectable;
class Exposer;
}  // namespace prometheus

namespace monsoon {

class MetricsServer {
 public:
  using Collect = std::function<std::vector<prometheus::MetricFamily>()>;

  // `address`: "127.0.0.1:9464", "[::1]:0". `collect` is called on threads of the server, until the
  // destructor returns. UNAVAILABLE when the address cannot be had.
  static absl::StatusOr<std::unique_ptr<MetricsServer>> Start(const std::string& address,
                                                              Collect collect);
  ~MetricsServer();

  int port() const { return port_; }

 private:
  MetricsServer() = default;

  int port_ = 0;
  std::shared_ptr<prometheus::Collectable> collectable_;
  std::unique_ptr<prometheus::Exposer> exposer_;
};

}  // namespace monsoon
