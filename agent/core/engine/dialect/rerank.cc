#include "agent/core/engine/dialect/rerank.h"

#include "agent/core/engine/dialect/result_payload.h"
#include "agent/core/engine/utf8.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

absl::Status CheckMember(const Item& item, const RequestJson& body, const char* name) {
  if (HasTextOrList(body, name)) return absl::OkStatus();
  return absl::InvalidArgumentError(StrCat("the item has no ", name, ", which a rerank request ",
                                           "needs: ", Excerpt(item.content)));
}

}  // namespace

absl::StatusOr<RequestJson> Rerank::FromItem(const Item& item,
                                             std::string_view cache_bust_prefix) const {
  if (item.kind != ItemKind::kRerank && item.kind != ItemKind::kBody) {
    return WrongItem(item, "a query with documents");
  }
  ASSIGN_OR_RETURN(RequestJson parsed, ParseItem(item.content, RequestJson::value_t::object,
                                                 "a JSON object with a query and documents"));
  const char* const documents = takes_texts() ? "texts" : "documents";
  RequestJson body = RequestJson::object();
  if (item.kind == ItemKind::kBody) {
    body = std::move(parsed);
  } else {
    if (!takes_texts()) body["model"] = model();
    body["query"] = parsed["query"];
    body[documents] = parsed["documents"];
  }
  RETURN_IF_ERROR(CheckMember(item, body, "query"));
  RETURN_IF_ERROR(CheckMember(item, body, documents));
  if (cache_bust_prefix.empty()) return body;
  if (!PrefixContent(cache_bust_prefix, body["query"])) {
    return absl::InvalidArgumentError(
        "cache_bust is on, but the item's query has no text to put the prefix before; switch it "
        "off or repair the dataset");
  }
  return body;
}

void Rerank::ApplyMeasurement(RequestJson& body) const {
  if (!takes_texts()) body["model"] = model();
}

std::unique_ptr<PayloadReader> Rerank::NewReader(JsonEvent* event) const {
  return std::make_unique<ResultPayload>(ResultKind::kRerank, event);
}

}  // namespace monsoon
