#include "agent/io/config/config_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

#include "agent/io/config/agent_flags.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<ConfigEntry> Parse(std::string_view text) {
  const auto entries = ParseConfig(text, "a.toml");
  EXPECT_TRUE(entries.ok()) << entries.status();
  return entries.value_or(std::vector<ConfigEntry>());
}

std::string Error(std::string_view text) {
  return std::string(ParseConfig(text, "a.toml").status().message());
}

TEST(ConfigFile, HoldsKeysAndValues) {
  const auto entries = Parse(
      "# a comment\n"
      "\n"
      "listen = \"127.0.0.1:7070\"  # where\n"
      "threads=4\r\n"
      "name = 'a # b'\n"
      "path = \"a \\\"b\\\" \\\\\" ; and so on\n"
      "word = 127.0.0.1:1\n"
      "list = [ \"10.0.0.0/8\", any, # both\n"
      "         192.0.2.1,\n"
      "       ]\n"
      "none = []\n"
      "last = true");
  ASSERT_EQ(entries.size(), 8u);
  EXPECT_EQ(entries[0].key, "listen");
  EXPECT_EQ(entries[0].line, 3);
  EXPECT_THAT(entries[0].values, ElementsAre("127.0.0.1:7070"));
  EXPECT_THAT(entries[1].values, ElementsAre("4"));
  EXPECT_THAT(entries[2].values, ElementsAre("a # b"));
  EXPECT_THAT(entries[3].values, ElementsAre("a \"b\" \\"));
  EXPECT_THAT(entries[4].values, ElementsAre("127.0.0.1:1"));
  EXPECT_THAT(entries[5].values, ElementsAre("10.0.0.0/8", "any", "192.0.2.1"));
  EXPECT_THAT(entries[6].values, ElementsAre());
  EXPECT_EQ(entries[6].line, 11);
  EXPECT_THAT(entries[7].values, ElementsAre("true"));
}

TEST(ConfigFile, SaysInWhichLineSomethingIsWrong) {
  EXPECT_THAT(Error("\n[agent]\n"), HasSubstr("a.toml:2: this file has no sections"));
  EXPECT_THAT(Error("a = 1\nlisten\n"), HasSubstr("a.toml:2: expected `key = value`"));
  EXPECT_THAT(Error("a ="), HasSubstr("a.toml:1: 'a' has no value"));
  EXPECT_THAT(Error("a = \"b\nc\""), HasSubstr("a.toml:1: a text without its closing \""));
  EXPECT_THAT(Error("a = \"\\n\""), HasSubstr("a.toml:1: only"));
  EXPECT_THAT(Error("a = two words"), HasSubstr("a.toml:1: something follows the value"));
  EXPECT_THAT(Error("a = [1 2]"), HasSubstr("a.toml:1: expected , or ]"));
  EXPECT_THAT(Error("a = [1,\n2"), HasSubstr("the list of 'a' has no end"));
  EXPECT_THAT(Error("a = 1\n\na = 2\n"), HasSubstr("a.toml:3: 'a' was set before, in line 1"));
}

TEST(ConfigFile, NamesTheKeyThatWasMeant) {
  const auto entries = Parse("listen = x\nthredas = 4\n");
  const absl::Status status = CheckConfigKeys(entries, "a.toml", {"listen", "threads"});
  EXPECT_EQ(std::string(status.message()),
            "a.toml:2: unknown key 'thredas'; did you mean 'threads'?");
  EXPECT_TRUE(CheckConfigKeys(entries, "a.toml", {"listen", "thredas"}).ok());
}

// deploy/agent.toml documents every key, set or commented out, and each line would be accepted.
TEST(ConfigFile, TheSampleIsCompleteAndValid) {
  std::ifstream file("deploy/agent.toml");
  std::stringstream text;
  text << file.rdbuf();
  ASSERT_FALSE(text.str().empty());
  std::string uncommented;
  for (const absl::string_view line : absl::StrSplit(text.str(), '\n')) {
    const bool example = line.size() > 1 && line[0] == '#' && absl::ascii_islower(line[1]);
    uncommented += StrCat(example ? line.substr(1) : line, "\n");
  }
  const std::vector<std::string> known = ConfigKeys();
  std::set<std::string> documented;
  const std::vector<ConfigEntry> entries = Parse(uncommented);
  for (const ConfigEntry& entry : entries) documented.insert(entry.key);
  EXPECT_TRUE(CheckConfigKeys(entries, "deploy/agent.toml", known).ok());
  EXPECT_EQ(documented, std::set<std::string>(known.begin(), known.end()));
}

}  // namespace
}  // namespace monsoon
