// Redactor: takes a run's secrets out of what an engine says. Some engines repeat the key that they
// refuse ("Incorrect API key provided: sk-..."), and an error's text ends in reports and databases.
// By value, not by pattern: what was sent as a secret is not written down, whatever it looks like.
//
// Immutable, thread-safe, pure; for the few texts of failures, not for every event.
#pragma once

#include <string>
#include <vector>

#include "common/model/agent_case.h"

namespace monsoon {

class Redactor {
 public:
  // Shorter values are words that any text may have ("EMPTY" is what keyless engines are given).
  static constexpr size_t kMinBytes = 8;

  // The key and the header values of `target`.
  explicit Redactor(const EngineTarget& target);

  // Every occurrence becomes "<secret>", also one that the end of `text` cuts short.
  void Redact(std::string& text) const;

 private:
  std::vector<Secret> secrets_;  // the longest first: one may be part of another
};

}  // namespace monsoon
