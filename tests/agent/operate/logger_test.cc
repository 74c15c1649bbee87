#include "agent/io/log/logger.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "agent/io/watch/agent_watch.h"
#include "common/base/str_cat.h"
#include "common/time/steady_clock.h"

namespace monsoon {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class Pipe {
 public:
  Pipe() { EXPECT_EQ(pipe2(ends_, O_CLOEXEC), 0); }
  ~Pipe() {
    close(ends_[0]);
    close(ends_[1]);
  }
  int writer() const { return ends_[1]; }
  // What has been written by now, at least `bytes`.
  std::string Read(size_t bytes) {
    while (text_.size() < bytes) {
      char buffer[65536];
      const ssize_t count = read(ends_[0], buffer, sizeof(buffer));
      if (count <= 0) break;
      text_.append(buffer, static_cast<size_t>(count));
    }
    return text_;
  }

 private:
  int ends_[2] = {-1, -1};
  std::string text_;
};

LogEntry Entry(LogLevel level, int number) { return {level, "event", {{"number", number}}}; }

TEST(Logger, WritesWhatIsAtLeastOfItsLevelInOrder) {
  const SteadyClock clock;
  Pipe pipe;
  {
    Logger log(pipe.writer(), LogLevel::kInfo, {.journal = true}, &clock);
    log.Write(Entry(LogLevel::kDebug, 1));
    log.Write(Entry(LogLevel::kInfo, 2));
    log.Write(Entry(LogLevel::kError, 3));
  }
  EXPECT_EQ(pipe.Read(1), "<6>event number=2\n<3>event number=3\n");
}

// The number in the first line from `from` on that holds `key`; -1: there is no such whole line.
int NumberAfter(const std::string& text, const std::string& key, size_t from) {
  const size_t found = text.find(key, from);
  if (found == std::string::npos || text.find('\n', found) == std::string::npos) return -1;
  return std::stoi(text.substr(found + key.size()));
}

// Nobody reads the pipe, which is full after 64 KiB: whoever logs goes on all the same, and the
// reader is told how many lines are missing, where they are.
TEST(Logger, NeverWaitsForTheReader) {
  const SteadyClock clock;
  Pipe pipe;
  constexpr int kLines = 20'000;
  std::string text;
  {
    Logger log(pipe.writer(), LogLevel::kInfo, {.journal = true}, &clock);
    for (int i = 0; i < kLines; ++i) log.Write(Entry(LogLevel::kInfo, i));
    text = pipe.Read(60'000);
    while (NumberAfter(text, "number=", text.find("lines_left_out")) < 0) {
      log.Write(Entry(LogLevel::kInfo, kLines));
      text = pipe.Read(text.size() + 1);
    }
  }
  EXPECT_THAT(text, StartsWith("<6>event number=0\n"));
  const size_t gap = text.find("<4>lines_left_out lines=");
  ASSERT_NE(gap, std::string::npos);
  const auto before = static_cast<int>(std::count(text.begin(), text.begin() + gap, '\n'));
  EXPECT_EQ(NumberAfter(text, "number=", gap),
            std::min(before + NumberAfter(text, "lines=", gap), kLines));
}

TEST(Logger, EndsThoughNobodyReads) {
  const SteadyClock clock;
  Pipe pipe;
  Logger log(pipe.writer(), LogLevel::kInfo, {.journal = true}, &clock);
  for (int i = 0; i < 20'000; ++i) log.Write(Entry(LogLevel::kInfo, i));
}

// Lines as long as a peer can make them: the last one that fits in part must not be waited for.
TEST(Logger, EndsThoughNobodyReadsLongLines) {
  const SteadyClock clock;
  Pipe pipe;
  Logger log(pipe.writer(), LogLevel::kInfo, {.journal = true}, &clock);
  const std::string text(1024, '\1');  // 6 KiB when it is escaped
  for (int i = 0; i < 20; ++i) {
    log.Write({LogLevel::kInfo, "event", {{"a", text}, {"b", text}, {"c", text}}});
  }
}

TEST(Logger, KnowsTheJournal) {
  Pipe pipe;
  struct stat status {};
  ASSERT_EQ(fstat(pipe.writer(), &status), 0);
  unsetenv("JOURNAL_STREAM");
  EXPECT_FALSE(IsJournal(pipe.writer()));
  setenv("JOURNAL_STREAM", StrCat(status.st_dev, ":", status.st_ino).c_str(), 1);
  EXPECT_TRUE(IsJournal(pipe.writer()));
  // What a shell under systemd starts inherits the variable, and writes elsewhere.
  setenv("JOURNAL_STREAM", StrCat(status.st_dev, ":", status.st_ino + 1).c_str(), 1);
  EXPECT_FALSE(IsJournal(pipe.writer()));
  unsetenv("JOURNAL_STREAM");
}

TEST(AgentWatch, LogsEventsAndKeepsTheStatus) {
  const SteadyClock clock;
  Pipe pipe;
  {
    Logger log(pipe.writer(), LogLevel::kInfo, {.journal = true}, &clock);
    AgentWatch watch(&log, &clock);
    watch.On(RunTaken{.run_id = "r1", .controller = "unix:"});
    EXPECT_EQ(watch.status().run_id, "r1");
    const int64_t now_ns = 100 * kNsPerS;
    watch.Tick({.now_ns = now_ns, .heard_ns = now_ns - 11 * kNsPerS, .lease_until_ns = now_ns - 1});
    EXPECT_TRUE(watch.status().lease_lost);
    for (int i = 0; i < 100; ++i) watch.On(Refused{"unix:", "busy"});
    for (int i = 0; i < 100; ++i) watch.On(GrpcTrouble{"Handshake failed"});
    EXPECT_EQ(watch.status().refusals, 100u);
  }
  const std::string text = pipe.Read(1);
  EXPECT_THAT(text, HasSubstr("<6>run_taken run_id=r1"));
  EXPECT_THAT(text, HasSubstr("<4>controller_silent run_id=r1 silent_s=11\n"));
  EXPECT_THAT(text, HasSubstr("<3>lease_lost run_id=r1 silent_s=11\n"));
  const auto count = [&text](std::string_view event) {
    int lines = 0;
    for (size_t at = 0; (at = text.find(event, at)) != std::string::npos; ++at) ++lines;
    return lines;
  };
  EXPECT_EQ(count("<4>refused "), RefusalLimit::kLinesInPeriod);
  // Those of strangers do not crowd out those of controllers.
  EXPECT_EQ(count("<4>grpc message=\"Handshake failed\"\n"), RefusalLimit::kLinesInPeriod);
}

}  // namespace
}  // namespace monsoon
