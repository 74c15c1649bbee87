#include "agent/io/config/agent_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class AgentFlagsTest : public ::testing::Test {
 protected:
  void TearDown() override { std::remove(path_.c_str()); }

  std::optional<AgentFlags> Parse(std::vector<std::string> words) {
    words.insert(words.begin(), "agent");
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    status_ = -1;
    testing::internal::CaptureStderr();
    std::optional<AgentFlags> flags =
        ParseAgentFlags(static_cast<int>(argv.size()), argv.data(), &status_);
    error_ = testing::internal::GetCapturedStderr();
    return flags;
  }
  // With this as --config.
  std::optional<AgentFlags> ParseFile(const std::string& text,
                                      std::vector<std::string> words = {}) {
    std::ofstream(path_) << text;
    words.insert(words.begin(), {"--config", path_});
    return Parse(words);
  }

  const std::string path_ = StrCat(testing::TempDir(), "/agent-", getpid(), ".toml");
  int status_ = -1;
  std::string error_;
};

TEST_F(AgentFlagsTest, HaveDefaults) {
  const auto flags = Parse({});
  ASSERT_TRUE(flags.has_value());
  EXPECT_EQ(flags->listen, "127.0.0.1:7070");
  EXPECT_EQ(flags->drain_timeout_ns, 30'000'000'000);
  EXPECT_EQ(flags->item_cache_bytes, int64_t{1} << 30);
  EXPECT_EQ(flags->log_level, LogLevel::kInfo);
  EXPECT_EQ(flags->log_format, LogFormat::kText);
  EXPECT_EQ(flags->metrics_listen, "");
  char hostname[256] = {};
  gethostname(hostname, sizeof(hostname) - 1);
  EXPECT_EQ(flags->name, hostname);
}

TEST_F(AgentFlagsTest, TheCommandLineOverridesTheFile) {
  const auto flags = ParseFile(
      "name = \"load1\"\nthreads = 3\nallow-target = [\"10.0.0.0/8\", \"192.0.2.1\"]\n"
      "insecure-listen = true\nitem-cache-bytes = \"2MiB\"\ndrain-timeout = \"1m\"\n"
      "log-level = \"warning\"\nlog-format = \"json\"\n",
      {"--threads", "5", "--drain-timeout=2s"});
  ASSERT_TRUE(flags.has_value()) << error_;
  EXPECT_EQ(flags->name, "load1");
  EXPECT_EQ(flags->load_threads, 5);
  EXPECT_THAT(flags->allow_targets, ElementsAre("10.0.0.0/8", "192.0.2.1"));
  EXPECT_TRUE(flags->tls.insecure_listen);
  EXPECT_EQ(flags->item_cache_bytes, 2 * 1024 * 1024);
  EXPECT_EQ(flags->drain_timeout_ns, 2'000'000'000);
  EXPECT_EQ(flags->log_level, LogLevel::kWarning);
  EXPECT_EQ(flags->log_format, LogFormat::kJson);
}

TEST_F(AgentFlagsTest, SayWhereEachValueIsFrom) {
  const auto flags = ParseFile("\nthreads = 3\n", {"--name", "load1"});
  ASSERT_TRUE(flags.has_value()) << error_;
  EXPECT_THAT(flags->effective, ::testing::ContainsRegex("\nthreads = 3 +# .*agent-.*toml:2\n"));
  EXPECT_THAT(flags->effective, ::testing::ContainsRegex("\nname = \"load1\" +# command line\n"));
  EXPECT_THAT(flags->effective,
              ::testing::ContainsRegex("\nlisten = \"127.0.0.1:7070\" +# default\n"));
}

// What is printed is a configuration file that means the same.
TEST_F(AgentFlagsTest, TheEffectiveConfigurationCanBeUsedAgain) {
  const auto first = ParseFile("threads = 3\n", {"--allow-target", "any", "--name", "a \"b\" \\"});
  ASSERT_TRUE(first.has_value()) << error_;
  const auto again = ParseFile(first->effective);
  ASSERT_TRUE(again.has_value()) << error_;
  EXPECT_EQ(again->load_threads, 3);
  EXPECT_EQ(again->name, "a \"b\" \\");
  EXPECT_THAT(again->allow_targets, ElementsAre("any"));
}

TEST_F(AgentFlagsTest, AWrongFileIsToldByLine) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"thredas = 4\n", ":1: unknown key 'thredas'; did you mean 'threads'?"},
      {"\nthreads = 5000\n", ":2: --threads: Value 5000 not in range"},
      {"drain-timeout = 30\n", ":1: --drain-timeout: expected a duration"},
      {"log-level = loud\n", ":1: --log-level: loud not in"},
      {"cores = \"1-\"\n", ":1: --cores: '1-' is no core"},
      {"item-cache-bytes = -1\n", ":1: --item-cache-bytes: Value -1 not in range"},
      {"spool-memory-bytes = 99999999999999999999\n", ":1: --spool-memory-bytes: Value "},
      {"check-config = true\n", ":1: unknown key 'check-config'"},
      {"[agent]\n", ":1: this file has no sections"}};
  for (const auto& [text, message] : cases) {
    EXPECT_FALSE(ParseFile(text).has_value()) << text;
    EXPECT_EQ(status_, 2) << text;
    EXPECT_THAT(error_, HasSubstr(path_ + message));
  }
  EXPECT_FALSE(Parse({"--config", "/nonexistent/agent.toml"}).has_value());
  EXPECT_THAT(error_, HasSubstr("cannot read --config /nonexistent/agent.toml"));
  EXPECT_EQ(status_, 2);
  EXPECT_FALSE(Parse({"--config", testing::TempDir()}).has_value());
  EXPECT_THAT(error_, HasSubstr("cannot read --config " + testing::TempDir()));
}

TEST_F(AgentFlagsTest, AWrongCommandLineIsToldToo) {
  EXPECT_FALSE(Parse({"--drain-timeout", "soon"}).has_value());
  EXPECT_THAT(error_, HasSubstr("--drain-timeout: expected a duration"));
  EXPECT_EQ(status_, 2);
}

}  // namespace
}  // namespace monsoon
