// Secret: a string that must never reach a log, a report, a file or a process title.
//
// It prints as "<secret>" wherever it is streamed, formatted or dumped, so redaction does not
// depend on anybody recognising a pattern. The value comes out only through Reveal(), whose few
// callers (the HTTP header of the request, the wire to the agent) can be found by name.
#pragma once

#include <ostream>
#include <string>
#include <utility>

namespace monsoon {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}

  bool empty() const { return value_.empty(); }
  const std::string& Reveal() const { return value_; }

  friend bool operator==(const Secret&, const Secret&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Secret& secret) {
    return out << (secret.empty() ? "<none>" : "<secret>");
  }

 private:
  std::string value_;
};

}  // namespace monsoon
