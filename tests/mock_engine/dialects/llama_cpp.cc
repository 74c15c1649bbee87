// llama.cpp's server: "stop":true ends the native stream, its last event is large, heartbeats are
// bare comments, choices come first in the JSON. Old (up to 2025): errors in a field `error:`, the
// usage in the finish chunk whether asked for or not.
#include "common/base/str_cat.h"
#include "tests/mock_engine/dialects/dialects.h"
#include "tests/mock_engine/dialects/parts.h"

namespace monsoon::mock_engine {
namespace {

constexpr std::string_view kTimings =
    R"({"cache_n":<cached_tokens>,"prompt_n":<uncached_tokens>,"prompt_ms":8.1,)"
    R"("predicted_n":<tokens>,"predicted_ms":640.0,"predicted_per_second":100.0})";

constexpr std::string_view kSettings =
    R"({"n_predict":-1,"seed":1,"temperature":0.0,"dynatemp_range":0.0,"dynatemp_exponent":1.0,)"
    R"("top_k":40,"top_p":0.95,"min_p":0.05,"xtc_probability":0.0,"xtc_threshold":0.1,)"
    R"("typical_p":1.0,"repeat_last_n":64,"repeat_penalty":1.0,"presence_penalty":0.0,)"
    R"("frequency_penalty":0.0,"dry_multiplier":0.0,"dry_base":1.75,"dry_allowed_length":2,)"
    R"("dry_penalty_last_n":-1,"mirostat":0,"mirostat_tau":5.0,"mirostat_eta":0.1,"stop":[],)"
    R"("max_tokens":-1,"n_keep":0,"n_discard":0,"ignore_eos":false,"stream":true,"n_probs":0,)"
    R"("min_keep":0,"grammar":"","samplers":["penalties","dry","top_n_sigma","top_k","typ_p",)"
    R"("top_p","min_p","xtc","temperature"],"speculative.n_max":16,"speculative.n_min":0,)"
    R"("timings_per_token":false,"post_sampling_probs":false,"lora":[]})";

constexpr std::string_view kError = R"({"code":<status>,"message":"<message>","type":"<type>"})";

std::string StreamError() {
  return StrCat("<?old>error: ", kError, "\n\n<:>", Event(StrCat(R"({"error":)", kError, "}")),
                "</>");
}

// What the last event and the answer in one piece share, from "id_slot" to the end.
std::string Ending() {
  return StrCat(R"("id_slot":0,"stop":true,"model":"<model>","tokens_predicted":<tokens>,)",
                R"("tokens_evaluated":<prompt_tokens>,"generation_settings":)", kSettings,
                R"(,"prompt":"...","has_new_line":false,"truncated":false,"stop_type":"<finish>",)",
                R"("stopping_word":"","tokens_cached":<total_tokens>,"timings":)", kTimings, "}");
}

Wire Native() {
  Wire wire;
  wire.request = {
      .model = "",
      .prompt = {"/prompt"},
      .limits = {"/n_predict", "/max_tokens"},
      .flags = {{Flag::kDetails, "/return_tokens"}, {Flag::kIncremental, "/return_progress"}}};
  wire.headers_with_first = true;
  wire.reasoning = false;
  wire.stop = "eos";
  wire.length = "limit";
  wire.opening = StrCat(
      "<?incremental>",
      Event(R"({"index":0,"content":"","tokens":[],"stop":false,"id_slot":0,)"
            R"("tokens_predicted":0,"tokens_evaluated":<prompt_tokens>,"prompt_progress":)"
            R"({"total":<prompt_tokens>,"cache":0,"processed":<prompt_tokens>,"time_ms":8}})"),
      "</>");
  wire.token = Event(
      R"({"index":0,"content":"<text>","tokens":[<?details><ids></>],"stop":false,"id_slot":-1,)"
      R"("tokens_predicted":<tokens>,"tokens_evaluated":<prompt_tokens>})");
  wire.finish = Event(R"({"index":0,"content":"","tokens":[],)" + Ending());
  wire.error = StreamError();
  wire.heartbeat = ":\n\n";
  wire.whole_begin = StrCat(
      R"({"index":0,"content":"<all_content>","tokens":[<?details><all_ids></>],)", Ending());
  return wire;
}

Wire Chat() {
  Wire wire;
  wire.request = ChatShape();
  wire.request.model.clear();
  const std::string tail = R"("created":<created>,"id":"chatcmpl-<id>","model":"<model>",)"
                           R"("system_fingerprint":"b0000-mock","object":"chat.completion.chunk")";
  const auto choice = [](std::string_view finish, std::string_view delta) {
    return StrCat(R"({"finish_reason":)", finish, R"(,"index":<item>,"delta":)", delta, "}");
  };
  const std::string counts = StrCat(R"("usage":)", kUsageObject, R"(,"timings":)", kTimings);
  SetStream({.head = "{",
             .tail = StrCat(",", tail, "}"),
             .opening = choice("null", R"({"role":"assistant","content":null})"),
             .token = choice("null", R"({"<field>":"<text>"})")},
            "", &wire);
  wire.headers_with_first = true;
  wire.finish = Event(StrCat(R"({"choices":[)", choice(R"("<finish>")", "{}"), "],", tail,
                             "<?old>,", counts, "</>}"));
  wire.usage = StrCat("<!old>", Event(StrCat(R"({"choices":[],)", tail, ",", counts, "}")), "</>");
  wire.error = StreamError();
  wire.heartbeat = ":\n\n";
  SetWholeChat("", "", &wire);
  wire.whole_end = StrCat("],", counts, "}");
  return wire;
}

Wire Completions() {
  Wire wire = PlainCompletions();
  wire.request.model.clear();
  wire.headers_with_first = true;
  wire.error = StreamError();
  wire.heartbeat = ":\n\n";
  return wire;
}

}  // namespace

Dialect LlamaCpp() {
  Dialect llama;
  llama.name = "llama.cpp";
  llama.routes = {{"/completion", Native()},
                  {"/v1/chat/completions", Chat()},
                  {"/v1/completions", Completions()},
                  {"/v1/responses", ResponsesWire()},
                  {"/v1/messages", MessagesWire()},
                  {"/v1/embeddings", EmbeddingsWire()},
                  {"/v1/rerank", RerankWire()},
                  {"/rerank", RerankWire()},
                  {"/tokenize", TokenizerWire({"/content"}, R"({"tokens":[<all_ids>]})")}};
  llama.pages = {ModelsPage("/v1/models", "llamacpp"),
                 {.path = "/health", .body = R"({"status":"ok"})"},
                 {.path = "/v1/health", .body = R"({"status":"ok"})"},
                 {.path = "/props",
                  .body = R"({"default_generation_settings":{"n_ctx":1048576},"total_slots":4,)"
                          R"("model_path":"<model>","build_info":"b0000-mock"})"},
                 {.path = "/slots", .body = "[]"},
                 {.path = "/metrics",
                  .body = "llamacpp:requests_processing 0\n",
                  .content_type = "text/plain; version=0.0.4"}};
  llama.key_header = "x-api-key";
  llama.error_body = StrCat(R"({"error":)", kError, "}");
  llama.errors = {{400, "invalid_request_error", "The request is not understood."},
                  {401, "authentication_error", "Invalid API Key"},
                  {404, "not_found_error", "File Not Found"},
                  {500, "server_error", "Compute error."},
                  {503, "unavailable_error", "Loading model"}};
  return llama;
}

}  // namespace monsoon::mock_engine
