#include "controller/io/terminal/progress_display.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include "common/time/clock.h"

namespace monsoon {
namespace {

constexpr int64_t kTerminalIntervalNs = 200 * kNsPerMs;
constexpr int64_t kPlainIntervalNs = 5 * kNsPerS;

size_t TerminalColumns(std::FILE* out) {
  winsize size{};
  if (ioctl(fileno(out), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

// A byte inside a UTF-8 character, before which a line must not be cut.
bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

}  // namespace

ProgressDisplay::ProgressDisplay(std::FILE* out, bool quiet)
    : out_(out), quiet_(quiet), is_terminal_(isatty(fileno(out)) != 0) {}

ProgressDisplay::~ProgressDisplay() {
  if (line_open_) std::fputc('\n', out_);
}

void ProgressDisplay::Say(const std::string& line) {
  if (quiet_) return;
  if (line_open_) std::fputs("\r\x1b[K", out_);
  line_open_ = false;
  std::fprintf(out_, "%s\n", line.c_str());
  std::fflush(out_);
}

bool ProgressDisplay::Due(int64_t now_ns) const {
  return !quiet_ && now_ns - last_ns_ >= (is_terminal_ ? kTerminalIntervalNs : kPlainIntervalNs);
}

void ProgressDisplay::Update(const std::string& line, int64_t now_ns) {
  if (!Due(now_ns)) return;
  last_ns_ = now_ns;
  if (is_terminal_) {
    Rewrite(line);
  } else {
    std::fprintf(out_, "  %s\n", line.c_str());
    std::fflush(out_);
  }
}

void ProgressDisplay::Finish(const std::string& line) {
  if (quiet_) return;
  if (is_terminal_) {
    Rewrite(line);
    std::fputc('\n', out_);
    line_open_ = false;
  } else {
    std::fprintf(out_, "  %s\n", line.c_str());
  }
  std::fflush(out_);
}

void ProgressDisplay::Rewrite(const std::string& line) {
  // One column less than there are, so that the terminal never wraps.
  const size_t columns = TerminalColumns(out_) - 1;
  size_t room = columns > 2 ? columns - 2 : 0;
  while (room > 0 && room < line.size() && IsContinuation(line[room])) --room;
  std::fprintf(out_, "\r  %.*s\x1b[K", static_cast<int>(room), line.c_str());
  std::fflush(out_);
  line_open_ = true;
}

}  // namespace monsoon
