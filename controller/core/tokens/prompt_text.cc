#include "controller/core/tokens/prompt_text.h"

#include <array>

#include <nlohmann/json.hpp>

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

using Json = nlohmann::json;

// Members of a request body that hold prompts, over all routes.
constexpr std::array<std::string_view, 10> kPromptMembers = {
    "system", "instructions", "messages", "prompt",    "inputs",
    "input",  "text_input",   "query",    "documents", "text"};

// Texts and token ids, however deep in lists; of messages and their parts, what is to be read.
void Collect(const Json& json, PromptText& out) {
  if (json.is_string()) {
    out.texts.push_back(json.get<std::string>());
  } else if (json.is_number_integer()) {
    ++out.listed_tokens;
  } else if (json.is_array()) {
    for (const Json& element : json) Collect(element, out);
  } else if (json.is_object()) {
    for (const char* const member : {"content", "text"}) {
      if (json.contains(member) && !json[member].is_number()) Collect(json[member], out);
    }
  }
}

void CollectBody(const Json& body, PromptText& out) {
  for (const std::string_view member : kPromptMembers) {
    const auto found = body.find(member);
    if (found == body.end()) continue;
    if (member == "input" && found->is_object()) {
      CollectBody(*found, out);  // DashScope: {"input": {"messages": ...}}
    } else {
      Collect(*found, out);
    }
  }
}

}  // namespace

absl::StatusOr<PromptText> PromptTextOf(const Item& item, std::string_view cache_bust_prefix) {
  PromptText out;
  if (item.kind == ItemKind::kPrompt) {
    out.texts.push_back(item.content);
  } else {
    const Json json = Json::parse(item.content, nullptr, /*allow_exceptions=*/false);
    if (!json.is_array() && !json.is_object()) {
      return absl::InvalidArgumentError("the item is not the JSON that it should be");
    }
    if (json.is_object()) {
      CollectBody(json, out);
    } else {
      Collect(json, out);
    }
  }
  if (!out.texts.empty()) out.texts.front().insert(0, cache_bust_prefix);
  return out;
}

}  // namespace monsoon
