#include "tests/mock_engine/dialects/dialects.h"

#include "absl/strings/str_join.h"

namespace monsoon::mock_engine {

const std::vector<const Dialect*>& AllDialects() {
  static const auto* const kAll = new std::vector<const Dialect*>{
      new Dialect(Vllm()),         new Dialect(OpenAi()),      new Dialect(Lmdeploy()),
      new Dialect(Triton()),       new Dialect(TrtllmServe()), new Dialect(Tgi()),
      new Dialect(DeepspeedMii()), new Dialect(Sglang()),      new Dialect(LlamaCpp()),
      new Dialect(Ollama()),       new Dialect(Anthropic()),   new Dialect(Azure()),
      new Dialect(Dashscope()),
  };
  return *kAll;
}

const Dialect* FindDialect(std::string_view name) {
  for (const Dialect* dialect : AllDialects()) {
    if (dialect->name == name) return dialect;
  }
  return nullptr;
}

std::string DialectNames() {
  return absl::StrJoin(AllDialects(), ", ", [](std::string* out, const Dialect* dialect) {
    out->append(dialect->name);
  });
}

}  // namespace monsoon::mock_engine
