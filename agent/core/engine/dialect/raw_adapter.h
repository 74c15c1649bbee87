// RawAdapter: the adapter of the native routes that take one text as the prompt: Triton's generate
// extension, and generate or completion of TGI, LMDeploy, SGLang, llama.cpp, Ollama and
// DeepSpeed-MII. They differ in a row of raw_dialect.cc.
//
// A prompt or chat messages are rendered by the scenario's prompt_template; a whole body goes as it
// is, with what it lacks filled in. The cache-bust prefix goes before the first text inside the
// template; a whole body must have its prompt as a string (or the first of a list) to get one.
#pragma once

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"

#include "agent/core/engine/dialect/raw_dialect.h"
#include "agent/core/engine/request/json_adapter.h"

namespace monsoon {

class RawAdapter : public JsonAdapter {
 protected:
  absl::Status Configure(const AgentCase& agent_case) override;
  absl::StatusOr<RequestJson> FromItem(const Item& item,
                                       std::string_view cache_bust_prefix) const override;
  void ApplyMeasurement(RequestJson& body) const override;
  void AdjustSampling(RequestJson& members) const override;
  std::string_view stream_member() const override;
  std::string_view accept() const override;
  std::unique_ptr<PayloadReader> NewReader(JsonEvent* event) const override;

  // How an item that is no whole body becomes the prompt, and what else goes with it.
  virtual absl::Status PutPrompt(const Item& item, std::string_view cache_bust_prefix,
                                 RequestJson& body) const;

  const RawDialect& dialect() const { return *dialect_; }

 private:
  const RawDialect* dialect_ = nullptr;
  RequestJson also_;
  std::shared_ptr<const AnswerSpec> answer_;
};

// Ollama's generate puts its own template around the prompt unless the scenario has one.
class OllamaGenerate : public RawAdapter {
 protected:
  absl::Status PutPrompt(const Item& item, std::string_view cache_bust_prefix,
                         RequestJson& body) const override;
};

}  // namespace monsoon
