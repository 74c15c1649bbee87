#include "agent/io/spool/stored_spool.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <optional>
#include <system_error>
#include <utility>

#include "agent/core/spool/spool_order.h"
#include "agent/io/spool/spool_files.h"
#include "common/base/status_macros.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

// An identity is short; whole files need not be read for it.
constexpr int64_t kIdentityBytes = 4096;

// The files of batches, oldest first: their numbers have leading zeros.
std::vector<std::string> BatchFiles(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().filename().string().rfind("batches-", 0) == 0) {
      paths.push_back(entry.path().string());
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

// A spool that was never acknowledged and saw no end of a case may have none.
absl::StatusOr<std::string> ReadIndex(const std::string& folder) {
  const std::string path = folder + "/index";
  std::error_code error;
  if (std::filesystem::symlink_status(path, error).type() == std::filesystem::file_type::not_found)
    return std::string();
  return ReadWhole(path);
}

}  // namespace

absl::StatusOr<SpoolSession> StoredSpool::Identify(const std::string& folder) {
  std::vector<std::string> paths = BatchFiles(folder);
  paths.insert(paths.begin(), folder + "/index");
  for (const std::string& path : paths) {
    const absl::StatusOr<std::string> bytes = ReadPart(path, 0, kIdentityBytes);
    if (!bytes.ok()) continue;
    const Segment segment = DecodeSegment(*bytes);
    if (segment.entries.empty() || segment.entries[0].kind != EntryKind::kSession) continue;
    const std::optional<SpoolSession> session = DecodeSession(segment.entries[0].payload);
    if (session) return *session;
  }
  return absl::NotFoundError(StrCat("nothing in ", folder, " says whose spool it is"));
}

absl::StatusOr<StoredSpool> StoredSpool::Open(const std::string& folder) {
  ASSIGN_OR_RETURN(UniqueFd lock, LockFolder(folder));
  if (lock.get() < 0) return absl::UnavailableError(StrCat("somebody else uses ", folder));
  StoredSpool spool(folder, std::move(lock));
  RETURN_IF_ERROR(spool.Load());
  return spool;
}

absl::Status StoredSpool::Load() {
  ASSIGN_OR_RETURN(session_, Identify(folder_));
  // What cannot be read now ForEach() will tell.
  const std::string index = ReadIndex(folder_).value_or("");
  acknowledged_ = SpoolOrder(DecodeSegment(index).entries).acknowledged();
  last_sequence_ = acknowledged_;
  // The last is in the last file, unless nothing of that can be read.
  const std::vector<std::string> paths = BatchFiles(folder_);
  for (auto path = paths.rbegin(); path != paths.rend() && last_sequence_ == acknowledged_;
       ++path) {
    const std::string bytes = ReadWhole(*path).value_or("");
    for (const SegmentEntry& entry : DecodeSegment(bytes).entries) {
      if (entry.kind == EntryKind::kBatch) {
        last_sequence_ = std::max(last_sequence_, entry.sequence);
      }
    }
  }
  return absl::OkStatus();
}

absl::Status StoredSpool::ForEach(
    const std::function<bool(EntryKind kind, std::string_view payload)>& take) const {
  const absl::StatusOr<std::string> index = ReadIndex(folder_);
  absl::Status unread = index.status();
  SpoolOrder order(DecodeSegment(index.value_or("")).entries);
  const auto hand_ends = [&](uint64_t before) {
    while (const std::optional<std::string> end = order.CaseDoneBefore(before)) {
      if (!take(EntryKind::kCaseDone, *end)) return false;
    }
    return true;
  };
  for (const std::string& path : BatchFiles(folder_)) {
    const absl::StatusOr<std::string> bytes = ReadWhole(path);
    if (!bytes.ok()) {
      unread.Update(bytes.status());
      continue;
    }
    for (const SegmentEntry& entry : DecodeSegment(*bytes).entries) {
      if (entry.kind != EntryKind::kBatch || !order.Take(entry.sequence)) continue;
      if (!hand_ends(entry.sequence) || !take(EntryKind::kBatch, entry.payload)) {
        return absl::CancelledError("whoever collects it has gone");
      }
    }
  }
  if (!hand_ends(std::numeric_limits<uint64_t>::max())) {
    return absl::CancelledError("whoever collects it has gone");
  }
  return unread;
}

void StoredSpool::Remove() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace monsoon
