// value_text.h, engine_url.h and checks.h: the texts that a scenario's values are made of.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>

#include "controller/core/scenario/agent_entry.h"
#include "controller/core/scenario/checks.h"
#include "controller/core/scenario/engine_url.h"
#include "controller/core/scenario/value_text.h"

namespace monsoon {
namespace {

TEST(ParseWholeNumber, TakesTheWholeTextOrNothing) {
  EXPECT_EQ(ParseWholeNumber("0"), 0);
  EXPECT_EQ(ParseWholeNumber("-7"), -7);
  EXPECT_EQ(ParseWholeNumber("9223372036854775807"), std::numeric_limits<int64_t>::max());
  for (const char* text :
       {"", " 1", "1 ", "+1", "1.0", "1e3", "0x10", "1k", "9223372036854775808"}) {
    EXPECT_FALSE(ParseWholeNumber(text).has_value()) << text;
  }
}

TEST(ParseNumber, IsFinite) {
  EXPECT_EQ(ParseNumber("0.25"), 0.25);
  EXPECT_EQ(ParseNumber("1e3"), 1000);
  for (const char* text : {"", "nan", "inf", "-inf", "1e999", "0.5x", "1,5"}) {
    EXPECT_FALSE(ParseNumber(text).has_value()) << text;
  }
}

TEST(ParseShare, TakesPercentAndPlainNumbers) {
  EXPECT_DOUBLE_EQ(*ParseShare("2%"), 0.02);
  EXPECT_DOUBLE_EQ(*ParseShare("0.5%"), 0.005);
  EXPECT_DOUBLE_EQ(*ParseShare("0.9"), 0.9);
  EXPECT_FALSE(ParseShare("%").has_value());
  EXPECT_FALSE(ParseShare("1 %").has_value());
  EXPECT_FALSE(ParseShare("1%%").has_value());
}

TEST(ParseByteSize, KnowsBothKindsOfPrefix) {
  EXPECT_EQ(ParseByteSize("1048576"), 1 << 20);
  EXPECT_EQ(ParseByteSize("16MiB"), 16 << 20);
  EXPECT_EQ(ParseByteSize("1GiB"), 1 << 30);
  EXPECT_EQ(ParseByteSize("64KiB"), 65536);
  EXPECT_EQ(ParseByteSize("16MB"), 16'000'000);
  EXPECT_EQ(ParseByteSize("3kB"), 3000);
  for (const char* text : {"", "MiB", "-1MiB", "-1", "1.5MiB", "16 MiB", "16M", "9000000000GiB"}) {
    EXPECT_FALSE(ParseByteSize(text).has_value()) << text;
  }
}

TEST(FormatByteSize, ReadsBackExactly) {
  EXPECT_EQ(FormatByteSize(16 << 20), "16MiB");
  EXPECT_EQ(FormatByteSize(1 << 30), "1GiB");
  EXPECT_EQ(FormatByteSize(1025), "1025");
  std::mt19937_64 random(1);
  for (int i = 0; i < 1000; ++i) {
    const int64_t bytes = static_cast<int64_t>(random() >> (random() % 63 + 1));
    EXPECT_EQ(ParseByteSize(FormatByteSize(bytes)), bytes);
  }
}

TEST(FormatNumber, ReadsBackExactly) {
  EXPECT_EQ(FormatNumber(0.02), "0.02");
  EXPECT_EQ(FormatNumber(1), "1");
  std::mt19937_64 random(2);
  std::uniform_real_distribution<double> exponent(-300, 300);
  for (int i = 0; i < 1000; ++i) {
    const double value = std::pow(10, exponent(random));
    EXPECT_EQ(ParseNumber(FormatNumber(value)), value);
  }
}

TEST(ResolveEngineUrl, AppendsTheDefaultRouteOnlyWhereThereIsNone) {
  const auto resolve = [](const char* url) { return *ResolveEngineUrl(url, "/v1/chat"); };
  EXPECT_EQ(resolve("http://gpu1:8000"), "http://gpu1:8000/v1/chat");
  EXPECT_EQ(resolve("http://gpu1:8000/"), "http://gpu1:8000/v1/chat");
  EXPECT_EQ(resolve("https://host"), "https://host/v1/chat");
  EXPECT_EQ(resolve("https://host?version=1"), "https://host/v1/chat?version=1");
  EXPECT_EQ(resolve("http://gpu1:8000/own/route"), "http://gpu1:8000/own/route");
  EXPECT_EQ(resolve("http://gpu1:8000/own/@x?y=1"), "http://gpu1:8000/own/@x?y=1");
  EXPECT_EQ(resolve("http://[::1]:8000"), "http://[::1]:8000/v1/chat");
  EXPECT_EQ(resolve("http://[::1]"), "http://[::1]/v1/chat");
}

CaseSpec CaseAt(const std::string& type, const std::string& route, const std::string& url,
                bool stream = true) {
  CaseSpec spec;
  spec.model.name = "Qwen/Qwen2 7B";
  spec.engine = {.type = type, .route = route, .url = url};
  spec.sampling.stream = stream;
  CompleteEngineUrl(spec);
  return spec;
}

TEST(CompleteEngineUrl, AddsTheRoutesPathAndTheModel) {
  EXPECT_EQ(CaseAt("triton", "native", "http://h:1").engine.url,
            "http://h:1/v2/models/Qwen%2FQwen2%207B/generate_stream");
  EXPECT_EQ(CaseAt("triton", "native", "http://h:1/", false).engine.url,
            "http://h:1/v2/models/Qwen%2FQwen2%207B/generate");
  EXPECT_EQ(
      CaseAt("triton", "native", "http://h:1/v2/models/{model}/versions/1/generate").engine.url,
      "http://h:1/v2/models/Qwen%2FQwen2%207B/versions/1/generate");
  EXPECT_EQ(CaseAt("vllm", "completions", "http://h:1?x=1").engine.url,
            "http://h:1/v1/completions?x=1");
  EXPECT_EQ(
      CaseAt("azure", "chat", "https://h").engine.url,
      "https://h/openai/deployments/Qwen%2FQwen2%207B/chat/completions?api-version=2024-10-21");
  EXPECT_EQ(
      CaseAt("azure", "chat", "https://h?api-version=2025-01-01").engine.url,
      "https://h/openai/deployments/Qwen%2FQwen2%207B/chat/completions?api-version=2025-01-01");
  EXPECT_EQ(CaseAt("custom", "custom", "http://h:1").engine.url, "http://h:1/");
}

TEST(ResolveEngineUrl, RejectsWhatNoRequestCouldBeSentTo) {
  for (const char* url :
       {"", "gpu1:8000", "//gpu1", "http:/gpu1", "http://", "http:///v1", "ws://h/", "http://h:0/",
        "http://h:65536/", "http://h:/", "http://h:x/", "http://h/a b", "http://h/a\nb",
        "http://h/#x", "http://[::1", "http://[]"}) {
    EXPECT_FALSE(ResolveEngineUrl(url, "/v1").ok()) << url;
  }
}

TEST(UrlHasSecret, FindsUserInfoAndParameters) {
  for (const char* url :
       {"http://user:pass@h/", "http://token@h", "user:pass@h/v1", "https://h/v1?api_key=x",
        "https://h/v1?a=b&access_token=x", "https://h?key=x", "https://h/v1?a=b&Client_Secret=x"}) {
    EXPECT_TRUE(UrlHasSecret(url)) << url;
  }
  for (const char* url : {"http://h/", "http://h/@me", "http://h/v1?api-version=2024-01-01",
                          "http://h/v1?a=user@h", "http://h/?tokens=5"}) {
    EXPECT_FALSE(UrlHasSecret(url)) << url;
  }
}

TEST(IsSecretName, DoesNotDependOnCase) {
  for (const char* name : {"Authorization", "proxy-authorization", "X-API-Key", "api-key", "ApiKey",
                           "Cookie", "X-Auth-Token", "Ocp-Apim-Subscription-Key"}) {
    EXPECT_TRUE(IsSecretName(name)) << name;
  }
  for (const char* name : {"X-Tenant", "Accept", "X-Tokenizer", "keyboard"}) {
    EXPECT_FALSE(IsSecretName(name)) << name;
  }
}

TEST(CheckAgentAddress, HostPortOrUnixPath) {
  for (const char* text : {"load1:7070", "10.0.0.1:1", "[::1]:65535", "agents.ns.svc:7070",
                           "unix:/run/agent.sock", "unix:agent.sock"}) {
    EXPECT_TRUE(CheckAgentAddress(text).ok()) << text;
  }
  for (const char* text : {"", "load1", ":7070", "load1:", "load1:0", "load1:65536", "load1:+5",
                           "::1:7070", "[::1]", "[x]:1", "http://load1:7070", "a b:1", "unix:"}) {
    EXPECT_FALSE(CheckAgentAddress(text).ok()) << text;
  }
}

TEST(AgentEntry, HasAWeightBehindAStar) {
  EXPECT_EQ(ParseAgentEntry("load1:7070")->weight, 1);
  EXPECT_EQ(ParseAgentEntry("load1:7070*2.5")->address, "load1:7070");
  EXPECT_EQ(ParseAgentEntry("load1:7070*2.5")->weight, 2.5);
  EXPECT_EQ(ParseAgentEntry("unix:/run/a*b.sock")->address, "unix:/run/a*b.sock");
  for (const char* text : {"load1:7070*0", "load1:7070*-1", "load1:7070*1001", "load1:7070*nan",
                           "load1:7070*", "load1:7070*x", "load1*2", "*2"}) {
    EXPECT_FALSE(ParseAgentEntry(text).ok()) << text;
  }
  for (const char* text : {"load1:7070", "load1:7070*2.5", "unix:a.sock*1000", "[::1]:1*0.125"}) {
    EXPECT_EQ(FormatAgentEntry(*ParseAgentEntry(text)), text);
  }
  EXPECT_EQ(FormatAgentEntry(*ParseAgentEntry("load1:7070*1")), "load1:7070");
}

TEST(CheckHeader, CannotSmuggleASecondHeader) {
  EXPECT_TRUE(CheckHeaderName("X-Tenant").ok());
  EXPECT_TRUE(CheckHeaderValue("a: b, \"c\" 值").ok());
  EXPECT_FALSE(CheckHeaderValue("a\r\nX-Other: b").ok());
  EXPECT_FALSE(CheckHeaderName("X-A: b\r\nX-Other").ok());
  EXPECT_FALSE(CheckHeaderName("").ok());
  EXPECT_FALSE(CheckHeaderName("content-LENGTH").ok());
}

TEST(CheckScenarioName, StaysInsideItsFolder) {
  for (const char* name : {"a", "qwen2-72b shootout", "测试", "a.b"}) {
    EXPECT_TRUE(CheckScenarioName(name).ok()) << name;
  }
  for (const char* name : {"", "..", ".hidden", "a/b", "../a", "a\nb"}) {
    EXPECT_FALSE(CheckScenarioName(name).ok()) << name;
  }
  EXPECT_FALSE(CheckScenarioName(std::string(129, 'a')).ok());
}

}  // namespace
}  // namespace monsoon
