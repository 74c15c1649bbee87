// Rerank: the adapter of rerank routes, in two shapes: {"model", "query", "documents"} (Jina,
// Cohere, vLLM, SGLang, llama.cpp), and {"query", "texts"} (text-embeddings-inference). They never
// stream and generate no text; the answer is read by ResultPayload.
//
// An item is a query with documents, or a whole body with a `query`. The cache-bust prefix goes
// before the query, which stands before each document in what the model sees.
#pragma once

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"

#include "agent/core/engine/request/json_adapter.h"

namespace monsoon {

class Rerank : public JsonAdapter {
 protected:
  absl::StatusOr<RequestJson> FromItem(const Item& item,
                                       std::string_view cache_bust_prefix) const override;
  void ApplyMeasurement(RequestJson& body) const override;
  std::unique_ptr<PayloadReader> NewReader(JsonEvent* event) const override;

 private:
  bool takes_texts() const { return route().dialect == Dialect::kTeiRerank; }
};

}  // namespace monsoon
