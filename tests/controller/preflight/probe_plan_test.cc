// Which engines are asked, and with what.
#include "controller/core/preflight/probe_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace monsoon {
namespace {

using ::testing::ElementsAre;

AgentCase Case(const std::string& url, const std::string& model = "m") {
  AgentCase agent_case;
  agent_case.run_id = "run";
  agent_case.model = model;
  agent_case.engine.type = "vllm";
  agent_case.engine.url = url;
  return agent_case;
}

TEST(ProbePlanTest, EachDistinctEngineOnce) {
  std::vector<AgentCase> cases = {Case("http://a/"), Case("http://a/"), Case("http://b/"),
                                  Case("http://a/", "other"), Case("http://b/")};
  cases[1].concurrency = 128;
  cases[1].case_index = 1;
  cases.push_back(Case("http://a/"));
  cases.back().engine.api_key = Secret("k");
  cases.push_back(Case("http://a/"));
  cases.back().sampling.top_k = 5;
  cases.push_back(Case("http://a/"));
  cases.back().sampling.stream = false;
  EXPECT_THAT(CasesToProbe(cases), ElementsAre(0, 2, 3, 5, 6, 7));
}

TEST(ProbePlanTest, TheRequestIsTheCasesOwnButShort) {
  AgentCase agent_case = Case("http://a/");
  agent_case.concurrency = 128;
  agent_case.open_loop = OpenLoop{5};
  agent_case.sampling.min_tokens = 500;
  const ProbeOrder order = MakeProbeOrder(agent_case, {ItemKind::kPrompt, "hi", 900}, 3);
  EXPECT_EQ(order.probe_index, 3u);
  EXPECT_EQ(order.request_id, "run.preflight.3");
  EXPECT_EQ(order.agent_case.concurrency, 1);
  EXPECT_EQ(order.agent_case.open_loop, std::nullopt);
  EXPECT_EQ(order.agent_case.sampling.max_tokens, kMaxProbeTokens);
  EXPECT_EQ(order.agent_case.sampling.min_tokens, kMaxProbeTokens);
  EXPECT_EQ(order.agent_case.sampling.temperature, 0.0);
  EXPECT_EQ(order.item, (Item{ItemKind::kPrompt, "hi", kMaxProbeTokens}));
}

TEST(ProbePlanTest, NothingIsAddedThatTheCaseDoesNotSay) {
  AgentCase agent_case = Case("http://a/");
  agent_case.sampling.max_tokens.reset();
  const ProbeOrder order = MakeProbeOrder(agent_case, {ItemKind::kPrompt, "hi"}, 0);
  EXPECT_EQ(order.agent_case.sampling.max_tokens, std::nullopt);
  EXPECT_EQ(order.agent_case.sampling.min_tokens, std::nullopt);
  EXPECT_EQ(order.item.output_tokens, 0);
}

TEST(ProbePlanTest, TheTimeIsTheCasesOrAMinute) {
  AgentCase agent_case = Case("http://a/");
  EXPECT_EQ(MakeProbeOrder(agent_case, {}, 0).time_limit_ns, kMaxProbeLimitNs);
  agent_case.timeouts.first_token_ns = kNsPerS;
  agent_case.timeouts.total_ns = 2 * kNsPerS;
  EXPECT_EQ(MakeProbeOrder(agent_case, {}, 0).time_limit_ns, kNsPerS);
  agent_case.sampling.stream = false;
  EXPECT_EQ(MakeProbeOrder(agent_case, {}, 0).time_limit_ns, 2 * kNsPerS);
}

}  // namespace
}  // namespace monsoon
