#include "tests/mock_engine/template.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/mock_engine/dialects/dialects.h"

namespace monsoon::mock_engine {
namespace {

std::string Render(const std::string& text, std::initializer_list<Flag> flags = {}) {
  AnswerState state;
  state.model = "m";
  state.usage.completion_tokens = 7;
  for (const Flag flag : flags) state.Set(flag);
  return Template(text).Render(state);
}

TEST(TemplateTest, SlotsAreFilled) {
  EXPECT_EQ(Render(R"({"model":"<model>","n":<tokens>})"), R"({"model":"m","n":7})");
}

TEST(TemplateTest, ConditionsChoose) {
  EXPECT_EQ(Render("a<?last>b</>c"), "ac");
  EXPECT_EQ(Render("a<?last>b</>c", {Flag::kLast}), "abc");
  EXPECT_EQ(Render("a<?last>b<:>d</>c"), "adc");
  EXPECT_EQ(Render("a<?last>b<:>d</>c", {Flag::kLast}), "abc");
  EXPECT_EQ(Render("<!last>b<:></>c", {Flag::kLast}), "c");
  EXPECT_EQ(Render("<!last>b</>", {}), "b");
}

TEST(TemplateTest, ConditionsNest) {
  const std::string text = "<?last>a<?old>b<:>c</>d<:>e<!old>f</></>g";
  EXPECT_EQ(Render(text, {Flag::kLast, Flag::kOld}), "abdg");
  EXPECT_EQ(Render(text, {Flag::kLast}), "acdg");
  EXPECT_EQ(Render(text, {Flag::kOld}), "eg");
  EXPECT_EQ(Render(text), "efg");
}

TEST(TemplateTest, OtherAnglesAreBytes) { EXPECT_EQ(Render("</s><1>< a>"), "</s><1>< a>"); }

TEST(TemplateTest, AsksForFlags) {
  EXPECT_TRUE(Template("<?last>a</>").Asks(Flag::kLast));
  EXPECT_TRUE(Template("<!last>a</>").Asks(Flag::kLast));
  EXPECT_FALSE(Template("<?old>a</><tokens>").Asks(Flag::kLast));
}

TEST(TemplateTest, TheSequenceCounts) {
  AnswerState state;
  std::string out;
  const Template text("<sequence> <sequence> ");
  text.Append(state, &out);
  text.Append(state, &out);
  EXPECT_EQ(out, "0 1 2 3 ");
}

TEST(TemplateDeathTest, MistakesAreNamed) {
  EXPECT_DEATH(Template("<nonsense>"), "unknown slot.*nonsense");
  EXPECT_DEATH(Template("<?nonsense>a</>"), "unknown flag.*nonsense");
  EXPECT_DEATH(Template("<?last>a"), "without </>");
  EXPECT_DEATH(Template("a</>"), "without a condition");
}

TEST(DialectTableTest, EveryDialectHasANameOfItsOwnAndRoutes) {
  std::set<std::string> names;
  for (const Dialect* dialect : AllDialects()) {
    EXPECT_TRUE(names.insert(dialect->name).second) << dialect->name;
    EXPECT_EQ(FindDialect(dialect->name), dialect);
    EXPECT_FALSE(dialect->routes.empty()) << dialect->name;
    EXPECT_FALSE(dialect->error_body.empty()) << dialect->name;
  }
  EXPECT_EQ(FindDialect("nothing"), nullptr);
  EXPECT_EQ(names.size(), 13u);
}

TEST(DialectTableTest, PathsMatchBySegments) {
  std::string model;
  EXPECT_TRUE(MatchesPath("/v2/models/*/generate", "/v2/models/ensemble/generate", &model));
  EXPECT_EQ(model, "ensemble");
  EXPECT_FALSE(MatchesPath("/v2/models/*/generate", "/v2/models//generate", &model));
  EXPECT_FALSE(MatchesPath("/v2/models/*/generate", "/v2/models/a/b/generate", &model));
  EXPECT_FALSE(MatchesPath("/v2/models/*", "/v2/models/a/ready", &model));
  EXPECT_TRUE(MatchesPath("/v2/models/*", "/v2/models/b", &model));
  EXPECT_EQ(model, "b");
  EXPECT_TRUE(MatchesPath("/health", "/health", &model));
  EXPECT_FALSE(MatchesPath("/health", "/healthz", &model));
}

}  // namespace
}  // namespace monsoon::mock_engine
