#include "controller/core/tokens/prompt_text.h"

#include <algorithm>
#include <utility>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "common/model/engine_type.h"
#include "common/prompt/prompt_template.h"

namespace monsoon {
namespace {

// Whether the prompt is put together here.
bool IsRendered(const EngineSpec& engine) {
  const EngineRoute* const route = FindEngineRoute(engine.type, engine.route);
  return route != nullptr && TakesRawPrompt(route->dialect);
}

}  // namespace

absl::StatusOr<ItemText> PromptTextOf(const Item& item, const EngineSpec& engine,
                                      std::string_view cache_bust_prefix) {
  const bool is_chat = item.kind == ItemKind::kPrompt || item.kind == ItemKind::kMessages;
  if (is_chat && IsRendered(engine)) {
    ASSIGN_OR_RETURN(std::string text, RenderPrompt(engine.prompt_template, engine.system_prompt,
                                                    item, cache_bust_prefix));
    return ItemText{.texts = {std::move(text)}};
  }
  ASSIGN_OR_RETURN(ItemText out, ItemTextOf(item, engine.system_prompt));
  if (item.kind == ItemKind::kTexts) {
    for (std::string& text : out.texts) {
      const Item prompt{ItemKind::kPrompt, std::move(text)};
      ASSIGN_OR_RETURN(text, RenderPrompt(engine.prompt_template, engine.system_prompt, prompt,
                                          cache_bust_prefix));
    }
    return out;
  }
  const auto first = std::find_if(out.texts.begin(), out.texts.end(),
                                  [](const std::string& text) { return !text.empty(); });
  if (first != out.texts.end()) first->insert(0, cache_bust_prefix);
  return out;
}

std::string PromptShape(const EngineSpec& engine) {
  if (!IsRendered(engine)) return StrCat("chat\n", engine.system_prompt);
  return StrCat("raw\n", engine.prompt_template.size(), " ", engine.prompt_template,
                engine.system_prompt);
}

}  // namespace monsoon
