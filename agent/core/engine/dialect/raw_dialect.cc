#include "agent/core/engine/dialect/raw_dialect.h"

namespace monsoon {
namespace {

// num_output_tokens counts the tokens of its own response (the ensemble's and vllm_backend's).
constexpr PointerRow kTritonEvent[] = {{Role::kText, "/text_output"},
                                       {Role::kFinish, "/finish_reason"},
                                       {Role::kInputTokens, "/num_input_tokens"},
                                       {Role::kEventTokens, "/num_output_tokens"}};
constexpr PointerRow kTritonDocument[] = {{Role::kText, "/text_output"},
                                          {Role::kFinish, "/finish_reason"},
                                          {Role::kInputTokens, "/num_input_tokens"},
                                          {Role::kOutputTokens, "/num_output_tokens"}};

// An end-of-text token is counted, but its text is not part of the answer.
constexpr PointerRow kTgiEvent[] = {{Role::kText, "/token/text"},
                                    {Role::kHidden, "/token/special"},
                                    {Role::kTokenMark, "/token/id"},
                                    {Role::kFinish, "/details/finish_reason"},
                                    {Role::kOutputTokens, "/details/generated_tokens"},
                                    {Role::kInputTokens, "/details/input_length"},
                                    {Role::kDone, "/generated_text"}};
constexpr PointerRow kTgiDocument[] = {{Role::kText, "/generated_text"},
                                       {Role::kFinish, "/details/finish_reason"},
                                       {Role::kOutputTokens, "/details/generated_tokens"},
                                       {Role::kInputTokens, "/details/input_length"}};

constexpr PointerRow kMetaInfo[] = {{Role::kText, "/text"},
                                    {Role::kTokenList, "/output_ids"},
                                    {Role::kFinish, "/meta_info/finish_reason"},
                                    {Role::kInputTokens, "/meta_info/prompt_tokens"},
                                    {Role::kOutputTokens, "/meta_info/completion_tokens"},
                                    {Role::kCachedTokens, "/meta_info/cached_tokens"}};

constexpr PointerRow kLlamaCpp[] = {{Role::kText, "/content"},
                                    {Role::kDone, "/stop"},
                                    {Role::kFinish, "/stop_type"},
                                    {Role::kTokenList, "/tokens"},
                                    {Role::kOutputTokens, "/tokens_predicted"},
                                    {Role::kInputTokens, "/tokens_evaluated"},
                                    {Role::kCachedTokens, "/timings/cache_n"}};

constexpr PointerRow kOllamaGenerate[] = {{Role::kText, "/response"},
                                          {Role::kReasoning, "/thinking"},
                                          {Role::kDone, "/done"},
                                          {Role::kFinish, "/done_reason"},
                                          {Role::kOutputTokens, "/eval_count"},
                                          {Role::kInputTokens, "/prompt_eval_count"}};

constexpr PointerRow kMiiGenerate[] = {{Role::kText, "/text"}, {Role::kText, "/text/*"}};

constexpr PointerRow kMiiGateway[] = {{Role::kText, "/generated_text"},
                                      {Role::kFinish, "/finish_reason"},
                                      {Role::kOutputTokens, "/generated_length"},
                                      {Role::kInputTokens, "/prompt_length"}};

constexpr RawDialect kDialects[] = {
    // The text contains the prompt unless it is excluded. bad_words and stop_words have no default
    // in older ensembles; counts that a model does not declare are ignored.
    {.dialect = Dialect::kTritonEnsemble,
     .prompt_member = "text_input",
     .stream_member = "stream",
     .also = R"({"bad_words":"","stop_words":"","exclude_input_in_output":true,)"
             R"("return_num_input_tokens":true,"return_num_output_tokens":true})",
     .event = kTritonEvent,
     .document = kTritonDocument,
     .end = EndRule::kBody},
    {.dialect = Dialect::kTritonLlmApi,
     .prompt_member = "text_input",
     .stream_member = "streaming",
     .also = R"({"sampling_param_exclude_input_from_output":true})",
     .event = kTritonEvent,
     .document = kTritonDocument,
     .end = EndRule::kBody},
    {.dialect = Dialect::kTritonVllm,
     .prompt_member = "text_input",
     .stream_member = "stream",
     .also = R"({"exclude_input_in_output":true})",
     .event = kTritonEvent,
     .document = kTritonDocument,
     .end = EndRule::kBody},
    {.dialect = Dialect::kTgi,
     .prompt_member = "inputs",
     .sample_switch = "do_sample",
     .also = R"({"parameters":{"details":true,"return_full_text":false}})",
     .event = kTgiEvent,
     .document = kTgiDocument},
    {.dialect = Dialect::kLmdeploy,
     .prompt_member = "prompt",
     .stream_member = "stream",
     .event = kMetaInfo,
     .document = kMetaInfo},
    {.dialect = Dialect::kSglang,
     .prompt_member = "text",
     .stream_member = "stream",
     .event = kMetaInfo,
     .document = kMetaInfo,
     .mode = TextMode::kAuto},
    {.dialect = Dialect::kLlamaCpp,
     .prompt_member = "prompt",
     .stream_member = "stream",
     .event = kLlamaCpp,
     .document = kLlamaCpp},
    {.dialect = Dialect::kOllamaGenerate,
     .prompt_member = "prompt",
     .model_member = "model",
     .stream_member = "stream",
     .streams_by_default = true,
     .event = kOllamaGenerate,
     .document = kOllamaGenerate,
     .lines = true},
    // max_length limits prompt and answer together, and is small by default.
    {.dialect = Dialect::kMiiGenerate,
     .prompt_member = "prompt",
     .stream_member = "stream",
     .also = R"({"max_length":32768})",
     .event = kMiiGenerate,
     .document = kMiiGenerate},
    {.dialect = Dialect::kMiiGateway,
     .prompt_member = "prompts",
     .prompt_is_list = true,
     .sample_switch = "do_sample",
     .also = R"({"max_length":32768,"return_full_text":false})",
     .event = kMiiGateway,
     .document = kMiiGateway},
};

}  // namespace

const RawDialect* FindRawDialect(Dialect dialect) {
  for (const RawDialect& each : kDialects) {
    if (each.dialect == dialect) return &each;
  }
  return nullptr;
}

}  // namespace monsoon
