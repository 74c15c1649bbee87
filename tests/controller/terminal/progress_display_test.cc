// The live line, into a file and onto a (pseudo) terminal.
#include "controller/io/terminal/progress_display.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string>

#include "common/time/clock.h"

namespace monsoon {
namespace {

using ::testing::EndsWith;
using ::testing::StartsWith;
using File = std::unique_ptr<std::FILE, decltype(&std::fclose)>;

// A machine that has been up for a while.
constexpr int64_t kNow = 1000 * kNsPerS;

class PlainDisplayTest : public ::testing::Test {
 protected:
  std::string Written() {
    std::rewind(file_.get());
    std::string text(4096, '\0');
    text.resize(std::fread(text.data(), 1, text.size(), file_.get()));
    return text;
  }

  File file_{std::tmpfile(), &std::fclose};
};

TEST_F(PlainDisplayTest, WritesPlainLines) {
  {
    ProgressDisplay display(file_.get(), false);
    display.Say("case 1 of 2");
    display.Update("1/10", kNow);
    display.Finish("10/10");
    display.Say("done");
  }
  EXPECT_EQ(Written(), "case 1 of 2\n  1/10\n  10/10\ndone\n");
}

TEST_F(PlainDisplayTest, OneLineEveryFewSecondsOfTheTimeHandedIn) {
  ProgressDisplay display(file_.get(), false);
  EXPECT_TRUE(display.Due(kNow));
  display.Update("a", kNow);
  EXPECT_FALSE(display.Due(kNow + 5 * kNsPerS - 1));
  display.Update("b", kNow + 5 * kNsPerS - 1);
  EXPECT_TRUE(display.Due(kNow + 5 * kNsPerS));
  display.Update("c", kNow + 5 * kNsPerS);
  display.Update("d", kNow + 6 * kNsPerS);
  EXPECT_EQ(Written(), "  a\n  c\n");
}

TEST_F(PlainDisplayTest, QuietShowsNothing) {
  {
    ProgressDisplay display(file_.get(), true);
    display.Say("case 1 of 2");
    EXPECT_FALSE(display.Due(kNow));
    display.Update("1/10", kNow);
    display.Finish("10/10");
  }
  EXPECT_EQ(Written(), "");
}

constexpr int kColumns = 20;

class TerminalDisplayTest : public ::testing::Test {
 protected:
  void SetUp() override {
    int slave = -1;
    termios raw{};
    cfmakeraw(&raw);
    const winsize size{.ws_row = 5, .ws_col = kColumns};
    if (openpty(&master_, &slave, nullptr, &raw, &size) != 0) GTEST_SKIP() << "no terminals here";
    file_.reset(fdopen(slave, "w"));
  }
  void TearDown() override {
    if (master_ >= 0) close(master_);
  }

  // What has arrived at the terminal since the last time.
  std::string Shown() {
    std::string text;
    pollfd ready{.fd = master_, .events = POLLIN};
    while (poll(&ready, 1, text.empty() ? 1000 : 0) == 1 && (ready.revents & POLLIN) != 0) {
      char bytes[256];
      const ssize_t count = read(master_, bytes, sizeof(bytes));
      if (count <= 0) break;
      text.append(bytes, static_cast<size_t>(count));
    }
    return text;
  }

  int master_ = -1;
  File file_{nullptr, &std::fclose};
};

constexpr char kClear[] = "\x1b[K";

TEST_F(TerminalDisplayTest, RewritesTheLine) {
  ProgressDisplay display(file_.get(), false);
  display.Update("1/10", kNow);
  EXPECT_EQ(Shown(), "\r  1/10\x1b[K");
  EXPECT_FALSE(display.Due(kNow + 200 * kNsPerMs - 1));
  EXPECT_TRUE(display.Due(kNow + 200 * kNsPerMs));
  display.Update("2/10", kNow + 200 * kNsPerMs);
  EXPECT_EQ(Shown(), "\r  2/10\x1b[K");
  display.Finish("10/10");
  EXPECT_EQ(Shown(), "\r  10/10\x1b[K\n");
}

TEST_F(TerminalDisplayTest, ALineThatStaysGoesBeforeTheLiveOne) {
  ProgressDisplay display(file_.get(), false);
  display.Update("1/10", kNow);
  Shown();
  display.Say("agent b was lost");
  EXPECT_EQ(Shown(),
            "\r\x1b[K"
            "agent b was lost\n");
}

TEST_F(TerminalDisplayTest, NeverFillsTheLastColumn) {
  ProgressDisplay display(file_.get(), false);
  display.Update(std::string(100, 'x'), kNow);
  std::string shown = Shown();
  ASSERT_THAT(shown, StartsWith("\r"));
  ASSERT_THAT(shown, EndsWith(kClear));
  shown = shown.substr(1, shown.size() - 1 - (sizeof(kClear) - 1));
  EXPECT_EQ(shown.size(), static_cast<size_t>(kColumns - 1));
}

// A name of a model may hold any letter; half of one is a broken line on the terminal.
TEST_F(TerminalDisplayTest, CutsBetweenCharactersOnly) {
  ProgressDisplay display(file_.get(), false);
  std::string line;
  for (int i = 0; i < 30; ++i) line += "é";
  display.Update(line, kNow);
  const std::string shown = Shown();
  const auto leading = std::count(shown.begin(), shown.end(), '\xc3');
  const auto trailing = std::count(shown.begin(), shown.end(), '\xa9');
  EXPECT_EQ(leading, trailing) << shown;
}

TEST_F(TerminalDisplayTest, LeavesTheCursorOnALineOfItsOwn) {
  {
    ProgressDisplay display(file_.get(), false);
    display.Update("1/10", kNow);
  }
  std::fflush(file_.get());
  EXPECT_THAT(Shown(), EndsWith("1/10\x1b[K\n"));
}

}  // namespace
}  // namespace monsoon
