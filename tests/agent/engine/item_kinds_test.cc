// The controller lets through what the table says that a route takes: each adapter must agree.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "agent/core/engine/adapter_registry.h"
#include "common/model/engine_type.h"

namespace monsoon {
namespace {

// A body with whatever any route looks for.
std::string BodyOfEveryRoute(Dialect dialect) {
  const std::string chat = R"("messages":[{"role":"user","content":"u"}])";
  const std::string input = dialect == Dialect::kDashscope ? "{" + chat + "}" : "\"i\"";
  return "{" + chat + R"(,"prompt":"p","query":"q","documents":["d"],"texts":["t"],"input":)" +
         input + "}";
}

std::vector<Item> ItemsOfEveryKind(Dialect dialect) {
  return {{ItemKind::kPrompt, "p"},
          {ItemKind::kMessages, R"([{"role":"user","content":"u"}])"},
          {ItemKind::kBody, BodyOfEveryRoute(dialect)},
          {ItemKind::kTexts, R"(["a","b"])"},
          {ItemKind::kRerank, R"({"query":"q","documents":["d"]})"}};
}

TEST(ItemKinds, EachAdapterTakesWhatTheTableSays) {
  for (const EngineType& type : EngineTypes()) {
    for (const EngineRoute& route : type.routes) {
      AgentCase agent_case;
      agent_case.model = "m";
      agent_case.engine.type = std::string(type.name);
      agent_case.engine.route = std::string(route.name);
      agent_case.engine.custom.body_json = R"({"text":"%p"})";
      const auto adapter = MakeEngineAdapter(agent_case);
      ASSERT_TRUE(adapter.ok()) << adapter.status();
      for (const Item& item : ItemsOfEveryKind(route.dialect)) {
        const absl::Status built = (*adapter)->BuildBody(item, "").status();
        EXPECT_EQ(built.ok(), TakesItem(route.dialect, item.kind))
            << type.name << " " << route.name << ": " << item.content << " " << built;
      }
    }
  }
}

}  // namespace
}  // namespace monsoon
