#include "agent/core/engine/dialect/embeddings.h"

#include "agent/core/engine/dialect/result_payload.h"
#include "agent/core/engine/utf8.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

absl::Status NoInput(const Item& item) {
  return absl::InvalidArgumentError(
      StrCat("the item has no texts, which an embeddings request needs: ", Excerpt(item.content)));
}

// Puts `prefix` before the text or texts; token ids have none.
absl::Status PrefixInput(std::string_view prefix, RequestJson& input) {
  RequestJson one = RequestJson::array({input});
  RequestJson& texts = input.is_array() ? input : one;
  for (RequestJson& text : texts) {
    if (!text.is_string()) {
      return absl::InvalidArgumentError(
          "cache_bust is on, but the item's input is token ids, which no text can be put before; "
          "switch it off or repair the dataset");
    }
    text.get_ref<std::string&>().insert(0, prefix);
  }
  if (!input.is_array()) input = one.front();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<RequestJson> Embeddings::FromItem(const Item& item,
                                                 std::string_view cache_bust_prefix) const {
  RequestJson body = RequestJson::object();
  body["model"] = model();
  switch (item.kind) {
    case ItemKind::kPrompt: {
      ASSIGN_OR_RETURN(body["input"], RawPrompt(item, cache_bust_prefix));
      return body;
    }
    case ItemKind::kTexts: {
      ASSIGN_OR_RETURN(RequestJson texts, ParseItem(item.content, RequestJson::value_t::array,
                                                    "a JSON array of texts"));
      if (texts.empty()) return NoInput(item);
      for (RequestJson& text : texts) {
        if (!text.is_string()) return NoInput(item);
        const Item prompt{ItemKind::kPrompt, text.get<std::string>()};
        ASSIGN_OR_RETURN(text, RawPrompt(prompt, cache_bust_prefix));
      }
      body["input"] = std::move(texts);
      return body;
    }
    case ItemKind::kBody: {
      ASSIGN_OR_RETURN(body, ParseItem(item.content, RequestJson::value_t::object,
                                       "a JSON object, the body of an embeddings request"));
      break;
    }
    default:
      return WrongItem(item, "texts");
  }
  if (!HasTextOrList(body, "input")) return NoInput(item);
  if (!cache_bust_prefix.empty()) RETURN_IF_ERROR(PrefixInput(cache_bust_prefix, body["input"]));
  return body;
}

void Embeddings::ApplyMeasurement(RequestJson& body) const { body["model"] = model(); }

std::unique_ptr<PayloadReader> Embeddings::NewReader(JsonEvent* event) const {
  return std::make_unique<ResultPayload>(ResultKind::kEmbeddings, event);
}

}  // namespace monsoon
