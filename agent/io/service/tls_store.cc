#include "agent/io/service/tls_store.h"

#include <utility>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "common/process/give_way.h"

namespace monsoon {

absl::StatusOr<std::unique_ptr<TlsStore>> TlsStore::Open(const TlsFiles& files, const Clock* clock,
                                                         Tell tell, absl::Duration period) {
  ASSIGN_OR_RETURN(TlsMaterial material, ReadTlsFiles(files, clock->WallNs() / kNsPerS));
  std::unique_ptr<TlsStore> store(new TlsStore(files, clock, std::move(tell), std::move(material)));
  store->watcher_ = std::thread([raw = store.get(), period] { raw->Watch(period); });
  return store;
}

TlsStore::TlsStore(const TlsFiles& files, const Clock* clock, Tell tell, TlsMaterial material)
    : files_(files),
      clock_(*clock),
      tell_(std::move(tell)),
      current_{1, std::make_shared<const TlsMaterial>(std::move(material))} {}

TlsStore::~TlsStore() {
  {
    absl::MutexLock lock(&mutex_);
    closing_ = true;
  }
  if (watcher_.joinable()) watcher_.join();
}

TlsStore::Version TlsStore::current() const {
  absl::MutexLock lock(&mutex_);
  return current_;
}

void TlsStore::Watch(absl::Duration period) {
  GiveWay();
  for (;;) {
    {
      absl::MutexLock lock(&mutex_);
      if (mutex_.AwaitWithTimeout(absl::Condition(&closing_), period)) return;
    }
    LookOnce();
  }
}

// The files are small, and reading them all is the only way to see every kind of change: a time of
// change says nothing behind a symbolic link that was moved, nor within its own grain.
void TlsStore::LookOnce() {
  absl::StatusOr<TlsMaterial> read = ReadTlsFiles(files_, clock_.WallNs() / kNsPerS);
  if (!read.ok()) {
    const std::string refusal(read.status().message());
    if (refusal == last_refusal_) return;
    last_refusal_ = refusal;
    return tell_(StrCat(refusal,
                        ". Until that is repaired, this agent goes on with the "
                        "certificate that it has"));
  }
  const bool repaired = !last_refusal_.empty();
  last_refusal_.clear();
  uint64_t number = 0;
  {
    absl::MutexLock lock(&mutex_);
    if (*read == *current_.material) {
      if (!repaired) return;
    } else {
      current_ = {current_.number + 1, std::make_shared<const TlsMaterial>(*std::move(read))};
      number = current_.number;
    }
  }
  tell_(number == 0
            ? StrCat("the TLS files are in order again, as they were")
            : StrCat("took new TLS files; new connections use the certificate in ", files_.cert));
}

}  // namespace monsoon
