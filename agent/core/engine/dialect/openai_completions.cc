#include "agent/core/engine/dialect/openai_completions.h"

#include "agent/core/engine/utf8.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

// Puts `prefix` before the text `prompt`, or the first of a list of texts.
absl::Status PrefixPrompt(std::string_view prefix, RequestJson& prompt) {
  RequestJson& first = prompt.is_array() && !prompt.empty() ? prompt.front() : prompt;
  if (first.is_string()) {
    first.get_ref<std::string&>().insert(0, prefix);
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      "cache_bust is on, but the item's prompt is token ids, which no text can be put before; "
      "switch it off or repair the dataset");
}

}  // namespace

absl::StatusOr<RequestJson> OpenAiCompletions::FromItem(const Item& item,
                                                        std::string_view cache_bust_prefix) const {
  RequestJson body = RequestJson::object();
  switch (item.kind) {
    case ItemKind::kPrompt:
    case ItemKind::kMessages: {
      body["model"] = model();
      ASSIGN_OR_RETURN(body["prompt"], RawPrompt(item, cache_bust_prefix));
      return body;
    }
    case ItemKind::kBody: {
      ASSIGN_OR_RETURN(body, ParseItem(item.content, RequestJson::value_t::object,
                                       "a JSON object, the body of a completions request"));
      break;
    }
    default:
      return WrongItem(item, "raw prompts");
  }
  if (!HasTextOrList(body, "prompt")) {
    return absl::InvalidArgumentError(StrCat(
        "the item has no prompt, which a completions request needs: ", Excerpt(item.content)));
  }
  if (!cache_bust_prefix.empty()) RETURN_IF_ERROR(PrefixPrompt(cache_bust_prefix, body["prompt"]));
  return body;
}

}  // namespace monsoon
