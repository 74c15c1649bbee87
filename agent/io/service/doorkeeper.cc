#include "agent/io/service/doorkeeper.h"

#include <grpc/grpc_security_constants.h>

#include <string>
#include <vector>

#include "common/base/str_cat.h"
#include "common/tls/certificate.h"

namespace monsoon {
namespace {

constexpr absl::Duration kWatchPeriod = absl::Milliseconds(500);

grpc::Status Denied(const std::string& message) {
  return {grpc::StatusCode::PERMISSION_DENIED, message};
}

grpc::Status TooMany(const std::string& message) {
  return {grpc::StatusCode::RESOURCE_EXHAUSTED, message};
}

}  // namespace

Doorkeeper::Doorkeeper(const ControllerList* controllers, const Clock* clock)
    : controllers_(controllers), clock_(*clock), watcher_([this] { Watch(); }) {}

Doorkeeper::~Doorkeeper() {
  {
    absl::MutexLock lock(&mutex_);
    closing_ = true;
  }
  watcher_.join();
}

grpc::Status Doorkeeper::Admit(grpc::ServerContext* context, std::unique_ptr<Visit>* visit) {
  if (grpc::Status named = CheckNames(*context); !named.ok()) return named;
  const int64_t now_ns = clock_.MonotonicNs();
  absl::MutexLock lock(&mutex_);
  if (!calls_.Take(now_ns)) {
    return TooMany(StrCat("this agent is called too often (more than ", kCallsPerSecond,
                          " times a second); wait a moment, and look for a script that asks it in "
                          "a loop"));
  }
  if (deadlines_.size() >= static_cast<size_t>(kMaxVisitors)) {
    return TooMany(StrCat("this agent already has ", kMaxVisitors,
                          " callers that only look at it; try again in a minute"));
  }
  deadlines_[context] = now_ns + kFirstMessageNs;
  *visit = std::make_unique<Visit>(this, context);
  return grpc::Status::OK;
}

grpc::Status Doorkeeper::CheckNames(const grpc::ServerContext& context) const {
  if (controllers_ == nullptr) return grpc::Status::OK;
  const auto auth = context.auth_context();
  const std::vector<grpc::string_ref> pem =
      auth == nullptr ? std::vector<grpc::string_ref>()
                      : auth->FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
  if (pem.size() != 1)
    return Denied("this agent speaks only with controllers that show who they are");
  const absl::StatusOr<CertificateNames> names = NamesOf({pem.front().data(), pem.front().size()});
  if (!names.ok()) return Denied(std::string(names.status().message()));
  const absl::Status listed = controllers_->Check(
      {.dns = names->dns, .uris = names->uris, .addresses = names->addresses}, names->ToString());
  return listed.ok() ? grpc::Status::OK : Denied(std::string(listed.message()));
}

void Doorkeeper::Watch() {
  for (;;) {
    absl::MutexLock lock(&mutex_);
    if (mutex_.AwaitWithTimeout(absl::Condition(&closing_), kWatchPeriod)) return;
    const int64_t now_ns = clock_.MonotonicNs();
    for (auto& [context, deadline_ns] : deadlines_) {
      if (now_ns < deadline_ns) continue;
      // Under the lock: the handler cannot end before Forget().
      context->TryCancel();
      deadline_ns = INT64_MAX;
    }
  }
}

void Doorkeeper::SetDeadline(grpc::ServerContext* context, int64_t limit_ns) {
  absl::MutexLock lock(&mutex_);
  deadlines_[context] = clock_.MonotonicNs() + limit_ns;
}

void Doorkeeper::Forget(grpc::ServerContext* context) {
  absl::MutexLock lock(&mutex_);
  deadlines_.erase(context);
}

void Doorkeeper::Visit::Extend(int64_t limit_ns) {
  if (context_ != nullptr) keeper_->SetDeadline(context_, limit_ns);
}

void Doorkeeper::Visit::End() {
  if (context_ != nullptr) keeper_->Forget(context_);
  context_ = nullptr;
}

}  // namespace monsoon
