// What the tests of request bodies are written in: a case on a route, its body, its refusals.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "agent/core/engine/adapter_registry.h"
#include "tests/agent/engine/decode.h"

namespace monsoon {

inline const Item kHi = {ItemKind::kPrompt, "Say hi"};
inline const Item kChat = {ItemKind::kMessages, R"([{"role":"system","content":"Be brief."},)"
                                                R"({"role":"user","content":"Say hi"}])"};

inline AgentCase On(const std::string& type, const std::string& route) {
  AgentCase agent_case = CaseFor(type);
  agent_case.engine.route = route;
  return agent_case;
}

inline AgentCase Bare(const std::string& type, const std::string& route) {
  AgentCase agent_case = On(type, route);
  agent_case.sampling.max_tokens.reset();
  agent_case.sampling.temperature.reset();
  return agent_case;
}

inline std::string Body(const AgentCase& agent_case, const Item& item,
                        const std::string& prefix = "") {
  const auto adapter = MakeEngineAdapter(agent_case);
  EXPECT_TRUE(adapter.ok()) << adapter.status();
  const auto body = (*adapter)->BuildBody(item, prefix);
  EXPECT_TRUE(body.ok()) << body.status();
  return body.ok() ? *body : "";
}

inline std::string BodyError(const AgentCase& agent_case, const Item& item,
                             const std::string& prefix = "") {
  const auto body = MakeEngineAdapter(agent_case).value()->BuildBody(item, prefix);
  EXPECT_EQ(body.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(body.status().message());
}

inline std::string CreateError(const AgentCase& agent_case) {
  const auto adapter = MakeEngineAdapter(agent_case);
  EXPECT_EQ(adapter.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(adapter.status().message());
}

}  // namespace monsoon
