#include "agent/core/spool/spool_order.h"

#include <algorithm>

#include "absl/strings/ascii.h"

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

constexpr size_t kMaxIdBytes = 80;

std::string SafeInPath(std::string_view text) {
  std::string safe(text.substr(0, kMaxIdBytes));
  for (char& c : safe) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '_') c = '_';
  }
  return safe;
}

}  // namespace

SpoolOrder::SpoolOrder(const std::vector<SegmentEntry>& index) {
  for (const SegmentEntry& entry : index) {
    if (entry.kind == EntryKind::kAcknowledged) {
      acknowledged_ = std::max(acknowledged_, entry.sequence);
    } else if (entry.kind == EntryKind::kCaseDone) {
      ends_.push_back({entry.sequence, std::string(entry.payload)});
    }
  }
  taken_ = acknowledged_;
  std::stable_sort(ends_.begin(), ends_.end(), [](const CaseEnd& a, const CaseEnd& b) {
    return a.last_sequence < b.last_sequence;
  });
}

bool SpoolOrder::Take(uint64_t sequence) {
  if (sequence <= taken_) return false;
  taken_ = sequence;
  return true;
}

std::optional<std::string> SpoolOrder::CaseDoneBefore(uint64_t sequence) {
  if (next_end_ == ends_.size() || ends_[next_end_].last_sequence >= sequence) return std::nullopt;
  return ends_[next_end_++].payload;
}

std::string SpoolFolderName(const SpoolSession& session) {
  return StrCat(SafeInPath(session.run_id), "-", SafeInPath(session.instance_id), "-",
                session.epoch);
}

std::string DefaultSpoolFolder(std::string_view state_directory, std::string_view xdg_state_home,
                               std::string_view home) {
  // systemd.exec(5): several are separated by colons.
  const std::string_view first = state_directory.substr(0, state_directory.find(':'));
  if (!first.empty()) return StrCat(first, "/spool");
  if (!xdg_state_home.empty()) return StrCat(xdg_state_home, "/monsoon/spool");
  if (!home.empty()) return StrCat(home, "/.local/state/monsoon/spool");
  return "";
}

}  // namespace monsoon
