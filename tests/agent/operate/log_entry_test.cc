#include "agent/core/operate/log_entry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace monsoon {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// 2026-11-22T14:33:08.120Z
constexpr int64_t kWallNs = 1'795'357'988'120'456'789;

std::string Text(const LogEntry& entry) { return FormatLogLine(entry, kWallNs, {}); }
std::string Json(const LogEntry& entry) {
  return FormatLogLine(entry, kWallNs, {.format = LogFormat::kJson});
}

LogEntry WithValue(LogValue value) {
  return {LogLevel::kInfo, "event", {{"key", std::move(value)}}};
}

TEST(LogEntry, IsALineForPeople) {
  const LogEntry entry{LogLevel::kWarning,
                       "case_ended",
                       {{"run_id", "r1"}, {"ok", 12}, {"share", 0.25}, {"open", true}}};
  EXPECT_EQ(Text(entry),
            "2026-11-22T14:33:08.120Z warning case_ended run_id=r1 ok=12 share=0.25 open=true\n");
}

TEST(LogEntry, IsAJsonObject) {
  const LogEntry entry{LogLevel::kError,
                       "case_ended",
                       {{"run_id", "r1"}, {"ok", int64_t{-12}}, {"share", 0.25}, {"open", false}}};
  EXPECT_EQ(Json(entry),
            "{\"time\":\"2026-11-22T14:33:08.120Z\",\"level\":\"error\",\"event\":\"case_ended\","
            "\"run_id\":\"r1\",\"ok\":-12,\"share\":0.25,\"open\":false}\n");
}

TEST(LogEntry, UnderTheJournalHasAPriorityAndNoTime) {
  const auto line = [](LogLevel level) {
    return FormatLogLine({level, "stop", {{"at_once", false}}}, kWallNs, {.journal = true});
  };
  EXPECT_EQ(line(LogLevel::kDebug), "<7>stop at_once=false\n");
  EXPECT_EQ(line(LogLevel::kInfo), "<6>stop at_once=false\n");
  EXPECT_EQ(line(LogLevel::kWarning), "<4>stop at_once=false\n");
  EXPECT_EQ(line(LogLevel::kError), "<3>stop at_once=false\n");
  EXPECT_THAT(FormatLogLine({LogLevel::kInfo, "stop", {}}, kWallNs,
                            {.format = LogFormat::kJson, .journal = true}),
              HasSubstr("<6>{\"time\":"));
}

TEST(LogEntry, QuotesWhatIsNoWord) {
  EXPECT_THAT(Text(WithValue("two words")), HasSubstr("key=\"two words\"\n"));
  EXPECT_THAT(Text(WithValue("")), HasSubstr("key=\"\"\n"));
  EXPECT_THAT(Text(WithValue("a=b")), HasSubstr("key=\"a=b\"\n"));
  EXPECT_THAT(Text(WithValue("say \"x\"")), HasSubstr(R"(key="say \"x\"")"));
  EXPECT_THAT(Text(WithValue("ipv4:127.0.0.1:5")), HasSubstr("key=ipv4:127.0.0.1:5\n"));
}

// A peer must not be able to forge a line, steer a terminal, or break whoever reads the JSON.
TEST(LogEntry, KeepsHostileTextInItsPlace) {
  EXPECT_THAT(Text(WithValue("r1\n2026 info forged")),
              HasSubstr("key=\"r1\\n2026 info forged\"\n"));
  EXPECT_THAT(Text(WithValue("\x1b[2J")), HasSubstr("key=\"\\u001b[2J\"\n"));
  EXPECT_THAT(Json(WithValue("\xc2\x9b"
                             "2J")),
              HasSubstr("\"key\":\"\\u009b2J\""));
  EXPECT_THAT(Json(WithValue("a\xff"
                             "b\xed\xa0\x80")),
              HasSubstr("\"key\":\"a\\ufffdb\\ufffd\\ufffd\\ufffd\""));
  EXPECT_THAT(Json(WithValue("忙")), HasSubstr("\"key\":\"忙\""));
  const std::string line = Text(WithValue(std::string(100'000, 'x')));
  EXPECT_LT(line.size(), 1200u);
  EXPECT_THAT(line, HasSubstr("x...\"\n"));
}

TEST(LogEntry, NumbersThatJsonLacksAreNull) {
  EXPECT_THAT(Json(WithValue(std::numeric_limits<double>::infinity())), HasSubstr("\"key\":null"));
}

TEST(LogEntry, ASecretStaysOne) {
  const Secret secret("sk-live-1234");
  EXPECT_THAT(Text(WithValue(secret)), HasSubstr("<secret>"));
  EXPECT_THAT(Text(WithValue(secret)) + Json(WithValue(secret)), Not(HasSubstr("sk-live")));
  EXPECT_THAT(Text(WithValue(Secret())), HasSubstr("<none>"));
}

TEST(LogLevel, HasANameAndBack) {
  for (const LogLevel level :
       {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarning, LogLevel::kError}) {
    EXPECT_EQ(LogLevelFromName(LogLevelName(level)), level);
  }
  EXPECT_EQ(LogLevelFromName("loud"), std::nullopt);
}

}  // namespace
}  // namespace monsoon
