// ProgressDisplay: the live line on the terminal while a run is going on. On a terminal the line is
// rewritten in place a few times a second; into a file or pipe goes a plain line every few seconds.
//
// One thread.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>

namespace monsoon {

class ProgressDisplay {
 public:
  // `out` outlives the display. `quiet`: shows nothing at all.
  ProgressDisplay(std::FILE* out, bool quiet);
  ~ProgressDisplay();

  // A line that stays.
  void Say(const std::string& line);
  // True when Update would show something now, so that the caller need not build the line in vain.
  bool Due(int64_t now_ns) const;
  void Update(const std::string& line, int64_t now_ns);
  // The last state of the line stays.
  void Finish(const std::string& line);

 private:
  void Rewrite(const std::string& line);

  std::FILE* const out_;
  const bool quiet_;
  const bool is_terminal_;
  bool line_open_ = false;
  int64_t last_ns_ = 0;
};

}  // namespace monsoon
