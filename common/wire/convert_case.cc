#include "common/wire/convert_case.h"

#include <algorithm>
#include <limits>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

void ToProto(const CustomEngine& custom, v1::CustomEngine* proto) {
  proto->set_body_json(custom.body_json);
  proto->set_framing(static_cast<v1::CustomEngine::Framing>(custom.framing));
  proto->set_mode(static_cast<v1::CustomEngine::Mode>(custom.mode));
  proto->set_text(custom.pointers.text);
  proto->set_reasoning(custom.pointers.reasoning);
  proto->set_finish_reason(custom.pointers.finish_reason);
  proto->set_input_tokens(custom.pointers.input_tokens);
  proto->set_output_tokens(custom.pointers.output_tokens);
  proto->set_cached_tokens(custom.pointers.cached_tokens);
  proto->set_error(custom.pointers.error);
  proto->set_done(custom.pointers.done);
}

CustomEngine FromProto(const v1::CustomEngine& proto) {
  return {.body_json = proto.body_json(),
          .framing = static_cast<AnswerFraming>(proto.framing()),
          .mode = static_cast<AnswerMode>(proto.mode()),
          .pointers = {.text = proto.text(),
                       .reasoning = proto.reasoning(),
                       .finish_reason = proto.finish_reason(),
                       .input_tokens = proto.input_tokens(),
                       .output_tokens = proto.output_tokens(),
                       .cached_tokens = proto.cached_tokens(),
                       .error = proto.error(),
                       .done = proto.done()}};
}

void ToProto(const EngineTarget& engine, v1::Engine* proto) {
  proto->set_type(engine.type);
  proto->set_url(engine.url);
  for (const SecretHeader& header : engine.headers) {
    v1::Header* added = proto->add_headers();
    added->set_name(header.name);
    added->set_value(header.value.Reveal());
  }
  proto->set_api_key(engine.api_key.Reveal());
  proto->set_extra_body_json(engine.extra_body_json);
  proto->set_route(engine.route);
  proto->set_prompt_template(engine.prompt_template);
  proto->set_system_prompt(engine.system_prompt);
  if (!engine.custom.body_json.empty()) ToProto(engine.custom, proto->mutable_custom());
}

EngineTarget FromProto(const v1::Engine& proto) {
  EngineTarget engine;
  engine.type = proto.type();
  engine.url = proto.url();
  for (const v1::Header& header : proto.headers()) {
    engine.headers.emplace_back(header.name(), header.value());
  }
  engine.api_key = Secret(proto.api_key());
  engine.extra_body_json = proto.extra_body_json();
  engine.route = proto.route();
  engine.prompt_template = proto.prompt_template();
  engine.system_prompt = proto.system_prompt();
  if (proto.has_custom()) engine.custom = FromProto(proto.custom());
  return engine;
}

void ToProto(const Sampling& sampling, v1::Sampling* proto) {
  proto->set_stream(sampling.stream);
  if (sampling.max_tokens) proto->set_max_tokens(*sampling.max_tokens);
  if (sampling.min_tokens) proto->set_min_tokens(*sampling.min_tokens);
  if (sampling.temperature) proto->set_temperature(*sampling.temperature);
  if (sampling.top_p) proto->set_top_p(*sampling.top_p);
  if (sampling.top_k) proto->set_top_k(*sampling.top_k);
  if (sampling.frequency_penalty) proto->set_frequency_penalty(*sampling.frequency_penalty);
  if (sampling.presence_penalty) proto->set_presence_penalty(*sampling.presence_penalty);
  if (sampling.repetition_penalty) proto->set_repetition_penalty(*sampling.repetition_penalty);
  if (sampling.seed) proto->set_seed(*sampling.seed);
  if (sampling.ignore_eos) proto->set_ignore_eos(*sampling.ignore_eos);
  for (const std::string& stop : sampling.stop) proto->add_stop(stop);
}

Sampling FromProto(const v1::Sampling& proto) {
  Sampling sampling;
  sampling.stream = proto.stream();
  sampling.max_tokens.reset();
  sampling.temperature.reset();
  if (proto.has_max_tokens()) sampling.max_tokens = proto.max_tokens();
  if (proto.has_min_tokens()) sampling.min_tokens = proto.min_tokens();
  if (proto.has_temperature()) sampling.temperature = proto.temperature();
  if (proto.has_top_p()) sampling.top_p = proto.top_p();
  if (proto.has_top_k()) sampling.top_k = proto.top_k();
  if (proto.has_frequency_penalty()) sampling.frequency_penalty = proto.frequency_penalty();
  if (proto.has_presence_penalty()) sampling.presence_penalty = proto.presence_penalty();
  if (proto.has_repetition_penalty()) sampling.repetition_penalty = proto.repetition_penalty();
  if (proto.has_seed()) sampling.seed = proto.seed();
  if (proto.has_ignore_eos()) sampling.ignore_eos = proto.ignore_eos();
  sampling.stop.assign(proto.stop().begin(), proto.stop().end());
  return sampling;
}

// Positive and small enough to be added to a clock without overflow.
// More than any machine sends; what is computed from it stays in range.
constexpr double kMaxRatePerS = 1e9;

absl::Status CheckLimit(std::string_view name, uint64_t value) {
  if (value == 0 || value > static_cast<uint64_t>(std::numeric_limits<int64_t>::max() / 4)) {
    return absl::InvalidArgumentError(
        StrCat("the case's ", name, " is ", value, "; expected a positive number"));
  }
  return absl::OkStatus();
}

}  // namespace

void ToProto(const AgentCase& agent_case, v1::Case* proto) {
  proto->set_run_id(agent_case.run_id);
  proto->set_case_index(static_cast<uint32_t>(agent_case.case_index));
  proto->set_model(agent_case.model);
  ToProto(agent_case.engine, proto->mutable_engine());
  ToProto(agent_case.sampling, proto->mutable_sampling());
  proto->mutable_timeouts()->set_connect_ns(agent_case.timeouts.connect_ns);
  proto->mutable_timeouts()->set_first_token_ns(agent_case.timeouts.first_token_ns);
  proto->mutable_timeouts()->set_idle_ns(agent_case.timeouts.idle_ns);
  proto->mutable_timeouts()->set_total_ns(agent_case.timeouts.total_ns);
  proto->set_concurrency(agent_case.concurrency);
  proto->set_cache_bust(agent_case.cache_bust);
  proto->set_max_event_bytes(agent_case.max_event_bytes);
  if (agent_case.open_loop) {
    proto->mutable_open_loop()->set_rate_per_s(agent_case.open_loop->rate_per_s);
  }
  proto->set_keep_text(static_cast<v1::KeepText>(agent_case.keep_text));
}

absl::StatusOr<AgentCase> FromProto(const v1::Case& proto) {
  const v1::Timeouts& timeouts = proto.timeouts();
  RETURN_IF_ERROR(CheckLimit("connect timeout", timeouts.connect_ns()));
  RETURN_IF_ERROR(CheckLimit("first-token timeout", timeouts.first_token_ns()));
  RETURN_IF_ERROR(CheckLimit("idle timeout", timeouts.idle_ns()));
  RETURN_IF_ERROR(CheckLimit("total timeout", timeouts.total_ns()));
  RETURN_IF_ERROR(CheckLimit("max_event_bytes", proto.max_event_bytes()));
  if (proto.concurrency() > 0) RETURN_IF_ERROR(CheckLimit("concurrency", proto.concurrency()));
  if (proto.case_index() > static_cast<uint32_t>(std::numeric_limits<int32_t>::max())) {
    return absl::InvalidArgumentError(StrCat("case index ", proto.case_index(), " is too large"));
  }
  const double rate_per_s = proto.open_loop().rate_per_s();
  if (proto.has_open_loop() && !(rate_per_s > 0 && rate_per_s <= kMaxRatePerS)) {
    return absl::InvalidArgumentError(StrCat("the case's arrival rate is ", rate_per_s,
                                             "/s; expected a positive number, at most ",
                                             kMaxRatePerS));
  }
  if (!v1::KeepText_IsValid(proto.keep_text())) {
    return absl::InvalidArgumentError(StrCat("the case asks for texts in the unknown way ",
                                             static_cast<int>(proto.keep_text()),
                                             "; update the agent"));
  }
  if (!v1::CustomEngine::Framing_IsValid(proto.engine().custom().framing()) ||
      !v1::CustomEngine::Mode_IsValid(proto.engine().custom().mode())) {
    return absl::InvalidArgumentError("the custom engine's framing or mode is unknown");
  }
  AgentCase agent_case;
  agent_case.run_id = proto.run_id();
  agent_case.case_index = static_cast<int32_t>(proto.case_index());
  agent_case.model = proto.model();
  agent_case.engine = FromProto(proto.engine());
  agent_case.sampling = FromProto(proto.sampling());
  agent_case.timeouts = {.connect_ns = static_cast<int64_t>(timeouts.connect_ns()),
                         .first_token_ns = static_cast<int64_t>(timeouts.first_token_ns()),
                         .idle_ns = static_cast<int64_t>(timeouts.idle_ns()),
                         .total_ns = static_cast<int64_t>(timeouts.total_ns())};
  agent_case.concurrency = static_cast<int64_t>(proto.concurrency());
  agent_case.cache_bust = proto.cache_bust();
  agent_case.max_event_bytes = static_cast<int64_t>(proto.max_event_bytes());
  if (proto.has_open_loop()) agent_case.open_loop = OpenLoop{proto.open_loop().rate_per_s()};
  agent_case.keep_text = static_cast<KeepText>(proto.keep_text());
  return agent_case;
}

void ToProto(const ItemId& id, const Item& item, v1::Item* proto) {
  proto->set_id(ItemIdBytes(id));
  proto->set_kind(static_cast<v1::Item::Kind>(item.kind));
  proto->set_content(item.content);
  proto->set_output_tokens(item.output_tokens);
}

absl::StatusOr<Item> FromProto(const v1::Item& proto) {
  if (!v1::Item::Kind_IsValid(proto.kind())) {
    return absl::InvalidArgumentError(StrCat("item of unknown kind ", proto.kind()));
  }
  const auto kind = static_cast<ItemKind>(proto.kind());
  ASSIGN_OR_RETURN(const ItemId id, ItemIdFromBytes(proto.id()));
  if (proto.output_tokens() < 0 || proto.output_tokens() >= int64_t{1} << 56) {
    return absl::InvalidArgumentError(
        StrCat("item ", ItemIdHex(id), " asks for ", proto.output_tokens(), " output tokens"));
  }
  if (ComputeItemId(kind, proto.content(), proto.output_tokens()) != id) {
    return absl::InvalidArgumentError(
        StrCat("item ", ItemIdHex(id), " does not hold what its id says; the data was damaged"));
  }
  return Item{kind, proto.content(), proto.output_tokens()};
}

std::string ItemIdBytes(const ItemId& id) {
  return {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()};
}

absl::StatusOr<ItemId> ItemIdFromBytes(const std::string& bytes) {
  ItemId id;
  if (bytes.size() != id.bytes.size()) {
    return absl::InvalidArgumentError(StrCat("an item id has 16 bytes, found ", bytes.size()));
  }
  std::copy(bytes.begin(), bytes.end(), id.bytes.begin());
  return id;
}

}  // namespace monsoon
