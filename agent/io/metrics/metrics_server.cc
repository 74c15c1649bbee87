#include "agent/io/metrics/metrics_server.h"

#include <prometheus/collectable.h>
#include <prometheus/exposer.h>

#include <exception>
#include <thread>
#include <utility>

#include "common/base/str_cat.h"
#include "common/process/give_way.h"

namespace monsoon {
namespace {

class Families final : public prometheus::Collectable {
 public:
  explicit Families(MetricsServer::Collect collect) : collect_(std::move(collect)) {}
  std::vector<prometheus::MetricFamily> Collect() const override { return collect_(); }

 private:
  const MetricsServer::Collect collect_;
};

}  // namespace

MetricsServer::~MetricsServer() = default;

absl::StatusOr<std::unique_ptr<MetricsServer>> MetricsServer::Start(const std::string& address,
                                                                    Collect collect) {
  std::unique_ptr<MetricsServer> server(new MetricsServer());
  server->collectable_ = std::make_shared<Families>(std::move(collect));
  std::string error;
  // Threads take over the priority of the one that makes them.
  std::thread starter([&] {
    GiveWay();
    try {
      server->exposer_ = std::make_unique<prometheus::Exposer>(address);
      server->exposer_->RegisterCollectable(server->collectable_);
      server->port_ = server->exposer_->GetListeningPorts().front();
    } catch (const std::exception& exception) {
      error = exception.what();
    }
  });
  starter.join();
  if (!error.empty()) {
    return absl::UnavailableError(
        StrCat("cannot serve metrics on ", address, " (", error,
               "); is the port taken? Choose another one with --metrics-listen"));
  }
  return server;
}

}  // namespace monsoon
