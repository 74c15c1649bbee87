// Triton's generate extension in front of a TensorRT-LLM model: the model in the path, a tensor a
// member, status and headers with the first response, no end but the body's. Serves the ensemble's
// fields, the LLM-API model's and vllm_backend's alike, because Triton takes any member.
#include "common/base/str_cat.h"
#include "tests/mock_engine/dialects/dialects.h"
#include "tests/mock_engine/dialects/parts.h"

namespace monsoon::mock_engine {
namespace {

constexpr std::string_view kBefore =
    R"({"context_logits":0.0,"cum_log_probs":0.0,"generation_logits":0.0,"model_name":"<model>",)"
    R"("model_version":"1",)";

// An output which the model declares and the request wants.
constexpr std::string_view kCounts = R"(<?counts>"num_input_tokens":<prompt_tokens>,)";

constexpr std::string_view kBetween =
    R"("output_log_probs":[0.0,0.0],"sequence_end":false,"sequence_id":0,"sequence_start":false,)"
    R"("text_output":)";

Wire Generate(RequestShape::Stream stream) {
  Wire wire;
  wire.request = {.stream = stream,
                  .model = "",
                  .prompt = {"/text_input"},
                  .limits = {"/max_tokens", "/sampling_param_max_tokens", "/parameters/max_tokens"},
                  .flags = {{Flag::kCounts, "/return_num_output_tokens"},
                            {Flag::kIncremental, "/exclude_input_in_output"},
                            {Flag::kIncremental, "/sampling_param_exclude_input_from_output"}},
                  .keep_prompt = true};
  wire.headers_with_first = true;
  wire.reasoning = false;
  wire.token = Event(StrCat(kBefore, kCounts, R"("num_output_tokens":<new_tokens>,</>)", kBetween,
                            R"("<content>"})"));
  wire.error = Event(kTextError);
  // The prompt is a part of the answer unless the request excludes it.
  wire.whole_begin = StrCat(kBefore, kCounts, R"("num_output_tokens":<tokens>,</>)", kBetween,
                            R"("<!incremental><prompt></><all_content>"})");
  return wire;
}

// The OpenAI frontend, on the same port here.
Wire Frontend(Wire wire) {
  wire.error = Event(R"({"detail":"<message>"})");
  wire.error_body = R"({"detail":"<message>"})";
  return wire;
}

}  // namespace

Dialect Triton() {
  Dialect triton;
  triton.name = "triton";
  for (const char* model : {"/v2/models/*", "/v2/models/*/versions/1"}) {
    triton.routes.push_back({StrCat(model, "/generate"), Generate(RequestShape::Stream::kNever)});
    triton.routes.push_back(
        {StrCat(model, "/generate_stream"), Generate(RequestShape::Stream::kAlways)});
  }
  triton.routes.push_back({"/v1/chat/completions", Frontend(PlainChat())});
  triton.routes.push_back({"/v1/completions", Frontend(PlainCompletions())});
  triton.pages = {
      ModelsPage("/v1/models", "Triton Inference Server"),
      {.path = "/v2",
       .body = R"({"name":"triton","version":"2.0.0+mock",)"
               R"("extensions":["classification","generate"]})"},
      {.path = "/health/ready"},  // the OpenAI frontend's
      {.path = "/v2/health/live"},
      {.path = "/v2/health/ready"},
      {.path = "/v2/models/*/ready"},
      {.path = "/v2/models/*/versions/1/ready"},
      {.path = "/v2/models/*/config",
       .body = R"({"name":"<model>","platform":"ensemble","max_batch_size":0,)"
               R"("model_transaction_policy":{"decoupled":true}})"},
      {.path = "/v2/models/*",
       .body = R"({"name":"<model>","versions":["1"],"platform":"ensemble",)"
               R"("inputs":[{"name":"text_input","datatype":"BYTES","shape":[-1]}],)"
               R"("outputs":[{"name":"text_output","datatype":"BYTES","shape":[-1]}]})"},
      {.path = "/v2/models/*/stats", .body = R"({"model_stats":[]})"}};
  triton.error_body = kTextError;
  triton.errors = {{404, "", "Request for unknown model: 'm' is not found"},
                   {500, "", "Executor failed process requestId 1"},
                   {503, "", "[request id: 1] Exceeds maximum queue size"}};
  return triton;
}

}  // namespace monsoon::mock_engine
