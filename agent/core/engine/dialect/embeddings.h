// Embeddings: the adapter of OpenAI's embeddings route, which every engine for embeddings has. It
// never streams and generates no text; the answer is read by ResultPayload.
//
// An item is a list of texts, a prompt (`input` as one text), or a whole body with an `input`. The
// case's prompt template is put around each text, as models want that were trained with an
// instruction; so is the cache-bust prefix, because each text is a prompt of its own.
#pragma once

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"

#include "agent/core/engine/request/json_adapter.h"

namespace monsoon {

class Embeddings : public JsonAdapter {
 protected:
  absl::StatusOr<RequestJson> FromItem(const Item& item,
                                       std::string_view cache_bust_prefix) const override;
  void ApplyMeasurement(RequestJson& body) const override;
  std::unique_ptr<PayloadReader> NewReader(JsonEvent* event) const override;
};

}  // namespace monsoon
