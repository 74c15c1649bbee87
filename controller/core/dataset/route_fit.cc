#include "controller/core/dataset/route_fit.h"

#include <string>
#include <string_view>

#include "absl/strings/str_join.h"

#include "common/base/str_cat.h"
#include "common/model/engine_type.h"

namespace monsoon {
namespace {

std::string_view KindText(ItemKind kind) {
  switch (kind) {
    case ItemKind::kPrompt:
      return "a prompt";
    case ItemKind::kMessages:
      return "a chat";
    case ItemKind::kBody:
      return "a whole request body";
    case ItemKind::kTexts:
      return "a list of texts";
    case ItemKind::kRerank:
      return "a query with documents";
  }
  return "unknown";
}

// Of the engine's type, those that pass; "" for none.
template <typename Passes>
std::string RoutesThat(const EngineSpec& engine, Passes passes) {
  std::vector<std::string> names;
  for (const EngineRoute& route : FindEngineType(engine.type)->routes) {
    if (passes(route)) names.emplace_back(route.name);
  }
  return absl::StrJoin(names, " or ");
}

// The members that a body must have for a route of this dialect; "" if it may have any.
struct NeededMembers {
  uint8_t members = 0;
  std::string_view text;
};
NeededMembers NeededBy(Dialect dialect) {
  switch (dialect) {
    case Dialect::kChat:
    case Dialect::kMessages:
    case Dialect::kOllamaChat:
      return {kBodyMessages, "a list \"messages\""};
    case Dialect::kResponses:
    case Dialect::kEmbeddings:
      return {kBodyInput, "a text or list \"input\""};
    case Dialect::kDashscope:
      return {kBodyInputMessages, "\"input\": {\"messages\": [...]}"};
    case Dialect::kRerank:
      return {kBodyQuery | kBodyDocuments, "\"query\" and \"documents\""};
    case Dialect::kTeiRerank:
      return {kBodyQuery | kBodyTexts, "\"query\" and \"texts\""};
    default:
      return {};
  }
}

// What is wrong and what to do, to follow "... which "; "" where the route takes it.
std::string Problem(const ItemShape& shape, const EngineSpec& engine, const EngineRoute& route) {
  if (!TakesItem(route.dialect, shape.kind)) {
    const std::string others = RoutesThat(engine, [&shape](const EngineRoute& other) {
      return TakesItem(other.dialect, shape.kind);
    });
    return StrCat(
        "does not take it: ", others.empty() ? "" : StrCat("set engine.route to ", others, ", or "),
        "take the entry out of this dataset");
  }
  if (shape.kind == ItemKind::kBody) {
    const NeededMembers needed = NeededBy(route.dialect);
    if ((shape.body_members & needed.members) == needed.members) return "";
    return StrCat("needs ", needed.text, " in it: write the body as that route takes it");
  }
  if (shape.kind != ItemKind::kMessages || !TakesRawPrompt(route.dialect)) return "";
  const std::string chats =
      RoutesThat(engine, [](const EngineRoute& other) { return TakesChat(other.dialect); });
  const std::string or_chat = chats.empty() ? "" : StrCat(", or engine.route to ", chats);
  if (shape.not_only_text) {
    return StrCat("takes text alone: ", chats.empty() ? "take the entry out of this dataset"
                                                      : StrCat("set engine.route to ", chats));
  }
  const std::string_view name = engine.prompt_template;
  if (!shape.several_turns || name == "chatml" || name == "llama3") return "";
  return StrCat(name.empty() ? "has no prompt_template"
                             : StrCat("has a prompt_template with a place for one turn only"),
                ": set engine.prompt_template to chatml or llama3", or_chat);
}

}  // namespace

absl::Status CheckRouteFit(const std::vector<SeenShape>& shapes, const EngineSpec& engine) {
  const EngineRoute* const route = FindEngineRoute(engine.type, engine.route);
  if (route == nullptr) return absl::OkStatus();
  for (const SeenShape& seen : shapes) {
    const std::string problem = Problem(seen.shape, engine, *route);
    if (problem.empty()) continue;
    const ItemShape& shape = seen.shape;
    std::string_view what = KindText(shape.kind);
    if (shape.not_only_text) what = "a chat with more than text in it";
    if (shape.several_turns) what = "a conversation of several turns";
    return absl::InvalidArgumentError(StrCat(seen.where, ": this is ", what, "; engine ",
                                             engine.name, " (type ", engine.type, ") on its route ",
                                             route->name, " ", problem));
  }
  return absl::OkStatus();
}

}  // namespace monsoon
