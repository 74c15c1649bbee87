#include "agent/io/spool/spool_store.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "agent/core/spool/spool_order.h"
#include "agent/io/spool/spool_files.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

constexpr int64_t kSegmentBytes = 8 * 1024 * 1024;
constexpr int64_t kMinSegmentBytes = 64 * 1024;

// Whoever names the folder of spools may name one that holds other things as well, which are not
// ours to lock or delete: a spool has no files but its own, and these say so, or are all empty.
bool IsSpool(const std::string& folder) {
  std::error_code error;
  bool empty = true;
  bool any = false;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    const bool ours = name == "lock" || name == "index" || name.starts_with("batches-");
    if (!ours || entry.symlink_status(error).type() != std::filesystem::file_type::regular) {
      return false;
    }
    any = true;
    if (entry.file_size(error) != 0) empty = false;
  }
  return any && (empty || StoredSpool::Identify(folder).ok());
}

std::vector<std::string> FoldersIn(const std::string& root) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(root, error)) {
    if (entry.is_directory(error) && !entry.is_symlink(error)) {
      names.push_back(entry.path().filename().string());
    }
  }
  return names;
}

int64_t WrittenNs(const struct stat& facts) {
  return facts.st_mtim.tv_sec * kNsPerS + facts.st_mtim.tv_nsec;
}

SpoolFacts FactsOf(const std::string& root, const std::string& name) {
  SpoolFacts facts{.name = name};
  const std::string folder = StrCat(root, "/", name);
  struct stat status {};
  if (stat(folder.c_str(), &status) == 0) facts.written_ns = WrittenNs(status);
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    struct stat file {};
    if (entry.path().filename() == "lock" || stat(entry.path().c_str(), &file) != 0) continue;
    facts.bytes += file.st_size;
    facts.written_ns = std::max(facts.written_ns, WrittenNs(file));
  }
  const auto lock = LockFolder(folder);
  facts.in_use = !lock.ok() || lock->get() < 0;
  return facts;
}

}  // namespace

SpoolStore::SpoolStore(std::string root, Limits limits, const Clock* clock, Tell tell)
    : root_(std::move(root)), limits_(limits), clock_(*clock), tell_(std::move(tell)) {}

std::unique_ptr<SessionSpool> SpoolStore::Make(const SpoolSession& session) {
  const std::string folder = root_.empty() ? "" : root_ + "/" + SpoolFolderName(session);
  // Room is asked for a whole file at a time, so a small limit needs small files.
  const int64_t segment_bytes = std::clamp(limits_.max_bytes / 8, kMinSegmentBytes, kSegmentBytes);
  return std::make_unique<SessionSpool>(folder, session, segment_bytes,
                                        [this](int64_t bytes) { return MakeRoom(bytes); });
}

std::vector<SpoolFacts> SpoolStore::List() const {
  std::vector<SpoolFacts> spools;
  for (const std::string& name : FoldersIn(root_)) {
    if (IsSpool(root_ + "/" + name)) spools.push_back(FactsOf(root_, name));
  }
  return spools;
}

absl::Status SpoolStore::MakeRoom(int64_t bytes) {
  absl::MutexLock lock(&mutex_);
  const std::vector<SpoolFacts> spools = List();
  const SpoolRoom room = FindSpoolRoom(spools, bytes, limits_.max_bytes);
  Remove(spools, room.remove, "a run that is going on needs the room");
  if (room.enough) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      StrCat("the spools in ", root_, " have reached their limit of ", limits_.max_bytes,
             " bytes; let the controller collect them (controller resume), or delete old ones"));
}

void SpoolStore::Expire() {
  if (root_.empty()) return;
  absl::MutexLock lock(&mutex_);
  const std::vector<SpoolFacts> spools = List();
  Remove(spools, ExpiredSpools(spools, clock_.WallNs(), limits_.max_age_ns),
         "it was kept for long enough");
}

void SpoolStore::Remove(const std::vector<SpoolFacts>& spools,
                        const std::vector<std::string>& names, const std::string& reason) {
  for (const SpoolFacts& spool : spools) {
    if (std::find(names.begin(), names.end(), spool.name) == names.end()) continue;
    const std::string folder = root_ + "/" + spool.name;
    const auto lock = LockFolder(folder);
    if (!lock.ok() || lock->get() < 0) continue;  // somebody came for it meanwhile
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
    tell_(spool, reason);
  }
}

SpoolStore::Found SpoolStore::Find(const std::string& run_id) {
  Found found;
  if (root_.empty()) return found;
  absl::MutexLock lock(&mutex_);
  for (const std::string& name : FoldersIn(root_)) {
    const std::string folder = root_ + "/" + name;
    const absl::StatusOr<SpoolSession> session = StoredSpool::Identify(folder);
    if (!session.ok() || session->run_id != run_id) continue;
    absl::StatusOr<StoredSpool> spool = StoredSpool::Open(folder);
    if (spool.ok()) {
      found.spools.push_back(*std::move(spool));
    } else {
      found.in_use = true;
    }
  }
  return found;
}

}  // namespace monsoon
