#include "agent/core/engine/request/json_adapter.h"

#include "agent/core/engine/decoder_scratch.h"
#include "agent/core/engine/framed_decoder.h"
#include "common/prompt/prompt_template.h"

namespace monsoon {

absl::Status JsonAdapter::Init(const EngineType& type, const EngineRoute& route,
                               const AgentCase& agent_case) {
  const EngineTarget& engine = agent_case.engine;
  route_ = &route;
  model_ = agent_case.model;
  sampling_ = FitSampling(route, agent_case.sampling);
  RETURN_IF_ERROR(CheckSampling(type.name, route.name, sampling_));
  RETURN_IF_ERROR(CheckPromptTemplate(engine.prompt_template));
  prompt_template_ = engine.prompt_template;
  system_prompt_ = engine.system_prompt;
  max_event_bytes_ = static_cast<size_t>(agent_case.max_event_bytes);
  RETURN_IF_ERROR(Configure(agent_case));
  sampling_members_ = SamplingMembers(route.parameters, sampling_);
  AdjustSampling(sampling_members_);
  ASSIGN_OR_RETURN(extra_body_, ParseExtraBody(engine.extra_body_json, stream_member()));
  ASSIGN_OR_RETURN(headers_, RequestHeaders(engine, type.key_header, accept(), OwnHeaders()));
  return absl::OkStatus();
}

absl::StatusOr<std::string> JsonAdapter::BuildBody(const Item& item,
                                                   std::string_view cache_bust_prefix) const {
  ASSIGN_OR_RETURN(RequestJson body, FromItem(item, cache_bust_prefix));
  if (adds_sampling()) {
    PutSampling(route_->parameters, sampling_members_, item.output_tokens, body);
  }
  ApplyMeasurement(body);
  if (!extra_body_.empty()) body.merge_patch(extra_body_);
  return DumpBody(body);
}

absl::StatusOr<std::string> JsonAdapter::RawPrompt(const Item& item,
                                                   std::string_view cache_bust_prefix) const {
  return RenderPrompt(prompt_template_, system_prompt_, item, cache_bust_prefix);
}

std::unique_ptr<ResponseDecoder> JsonAdapter::NewDecoder(DecoderScratch* scratch) const {
  return std::make_unique<FramedDecoder>(NewReader(&scratch->json), max_event_bytes_);
}

}  // namespace monsoon
