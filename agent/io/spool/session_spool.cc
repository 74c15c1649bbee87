#include "agent/io/spool/session_spool.h"

#include <unistd.h>

#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "agent/io/spool/spool_files.h"
#include "common/base/status_macros.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

constexpr int kLockAttempts = 50;
constexpr absl::Duration kLockPause = absl::Milliseconds(2);

}  // namespace

SessionSpool::SessionSpool(std::string folder, const SpoolSession& session, int64_t segment_bytes,
                           RoomHook make_room)
    : folder_(std::move(folder)),
      first_bytes_(
          StrCat(kSegmentMagic, EncodeEntry(EntryKind::kSession, 0, EncodeSession(session)))),
      segment_bytes_(segment_bytes),
      make_room_(std::move(make_room)) {}

std::string SessionSpool::PathOf(uint32_t number) const {
  return StrCat(folder_, "/batches-", absl::Dec(number, absl::kZeroPad6));
}

absl::Status SessionSpool::Begin() {
  if (index_.get() >= 0) return absl::OkStatus();
  if (folder_.empty()) {
    return absl::FailedPreconditionError(
        "this agent has no folder to spool records to; start it with --spool-dir");
  }
  RETURN_IF_ERROR(MakePrivateFolder(folder_));
  // Whoever counts the bytes of all spools looks at every lock for a moment.
  for (int i = 0; lock_.get() < 0 && i < kLockAttempts; ++i) {
    if (i > 0) absl::SleepFor(kLockPause);
    ASSIGN_OR_RETURN(lock_, LockFolder(folder_));
  }
  if (lock_.get() < 0) return absl::UnavailableError(StrCat("somebody else uses ", folder_));
  ASSIGN_OR_RETURN(UniqueFd index, OpenForAppend(IndexPath()));
  index_size_ = 0;
  RETURN_IF_ERROR(Append(index, index_size_, IndexPath(), first_bytes_));
  index_ = std::move(index);
  return absl::OkStatus();
}

absl::Status SessionSpool::BeginFile() {
  RETURN_IF_ERROR(make_room_(segment_bytes_));
  const uint32_t number = next_number_++;
  ASSIGN_OR_RETURN(UniqueFd fd, OpenForAppend(PathOf(number)));
  File file{.number = number};
  if (absl::Status begun = Append(fd, file.size, PathOf(number), first_bytes_); !begun.ok()) {
    unlink(PathOf(number).c_str());  // on a full disk every attempt would leave one
    return begun;
  }
  file_ = std::move(fd);
  files_.push_back(file);
  return absl::OkStatus();
}

absl::Status SessionSpool::Append(UniqueFd& fd, int64_t& size, const std::string& path,
                                  const std::string& bytes) {
  absl::Status written = WriteBytes(fd.get(), bytes, path);
  if (written.ok()) {
    size += static_cast<int64_t>(bytes.size());
  } else if (ftruncate(fd.get(), size) != 0) {
    fd = UniqueFd();  // its end is torn: nothing may follow it
  }
  return written;
}

absl::StatusOr<SpoolPlace> SessionSpool::AppendBatch(uint64_t sequence, std::string_view bytes) {
  RETURN_IF_ERROR(Begin());
  const std::string entry = EncodeEntry(EntryKind::kBatch, sequence, bytes);
  const bool begin = files_.empty() || file_.get() < 0 ||
                     files_.back().size + static_cast<int64_t>(entry.size()) > segment_bytes_;
  if (begin) RETURN_IF_ERROR(BeginFile());
  File& file = files_.back();
  const SpoolPlace place{
      .segment = file.number, .offset = file.size, .size = static_cast<int64_t>(bytes.size())};
  RETURN_IF_ERROR(Append(file_, file.size, PathOf(file.number), entry));
  file.last_sequence = sequence;
  return place;
}

absl::Status SessionSpool::AppendCaseDone(uint64_t last_sequence, std::string_view bytes) {
  RETURN_IF_ERROR(Begin());
  return Append(index_, index_size_, IndexPath(),
                EncodeEntry(EntryKind::kCaseDone, last_sequence, bytes));
}

void SessionSpool::Acknowledge(uint64_t sequence) {
  bool removed = false;
  while (!files_.empty() && files_.front().last_sequence <= sequence) {
    if (files_.size() == 1) file_ = UniqueFd();
    unlink(PathOf(files_.front().number).c_str());
    files_.pop_front();
    removed = true;
  }
  // Without it, what is collected later may hold batches that came before, which is known by their
  // sequence.
  if (removed) NoteAcknowledged(sequence).IgnoreError();
}

absl::Status SessionSpool::NoteAcknowledged(uint64_t sequence) {
  if (sequence <= noted_) return absl::OkStatus();
  RETURN_IF_ERROR(Begin());
  RETURN_IF_ERROR(Append(index_, index_size_, IndexPath(),
                         EncodeEntry(EntryKind::kAcknowledged, sequence, "")));
  noted_ = sequence;
  return absl::OkStatus();
}

absl::Status SessionSpool::Sync() {
  if (index_.get() < 0) return absl::OkStatus();
  for (const File& file : files_) RETURN_IF_ERROR(SyncPath(PathOf(file.number)));
  RETURN_IF_ERROR(SyncPath(IndexPath()));
  return SyncPath(folder_);
}

void SessionSpool::Release() {
  index_ = UniqueFd();
  file_ = UniqueFd();
  files_.clear();
  lock_ = UniqueFd();
}

void SessionSpool::Remove() {
  if (lock_.get() < 0) return;
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
  Release();
}

absl::StatusOr<std::string> SessionSpool::Read(const SpoolPlace& place) const {
  const std::string path = PathOf(place.segment);
  ASSIGN_OR_RETURN(std::string bytes, ReadPart(path, place.offset, kEntryHeaderBytes + place.size));
  const std::optional<SegmentEntry> entry = DecodeEntry(bytes);
  if (!entry) return absl::DataLossError(StrCat(path, " is damaged"));
  return bytes.substr(static_cast<size_t>(kEntryHeaderBytes));
}

}  // namespace monsoon
