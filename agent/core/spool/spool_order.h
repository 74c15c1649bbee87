// SpoolOrder: in which order the entries of a spool are handed to whoever collects it: batches by
// their sequence, each once, those that were acknowledged left out, and each CaseDone after the
// last batch of its case. The batches lie in files of their own, the rest in an index.
//
// Pure. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/spool/segment.h"

namespace monsoon {

class SpoolOrder {
 public:
  // Copies what it needs of the index.
  explicit SpoolOrder(const std::vector<SegmentEntry>& index);

  uint64_t acknowledged() const { return acknowledged_; }
  // Whether the batch of this sequence, the next that was found, is to be handed out.
  bool Take(uint64_t sequence);
  // The next CaseDone that comes before the batch of this sequence; nullopt: none.
  std::optional<std::string> CaseDoneBefore(uint64_t sequence);

 private:
  struct CaseEnd {
    uint64_t last_sequence = 0;
    std::string payload;
  };

  uint64_t acknowledged_ = 0;
  uint64_t taken_ = 0;
  std::vector<CaseEnd> ends_;  // by last_sequence
  size_t next_end_ = 0;
};

// The name of a session's folder: unique, and safe in a path whatever the run's id is.
std::string SpoolFolderName(const SpoolSession& session);

// Where spools lie when nothing was asked for: the folder that systemd made for the service, else
// the user's folder for such things; "" when nobody said where that is. Arguments: the environment
// variables STATE_DIRECTORY, XDG_STATE_HOME and HOME; empty: not set.
std::string DefaultSpoolFolder(std::string_view state_directory, std::string_view xdg_state_home,
                               std::string_view home);

}  // namespace monsoon
