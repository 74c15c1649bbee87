#include "controller/core/preflight/facts_json.h"

#include <nlohmann/json.hpp>

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

using Json = nlohmann::ordered_json;

Json Optional(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

std::optional<double> OptionalFrom(const Json& value) {
  if (value.is_null()) return std::nullopt;
  return value.get<double>();
}

Json ToJson(const EngineFacts& facts) {
  return {{"engine", facts.engine},
          {"type", facts.type},
          {"url", facts.url},
          {"model", facts.model},
          {"agent", facts.agent},
          {"request_id", facts.request_id},
          {"server", facts.server},
          {"health", facts.health},
          {"version", facts.version},
          {"models", facts.models},
          {"owned_by", facts.owned_by},
          {"limits", facts.limits},
          {"first_token_s", Optional(facts.first_token_s)},
          {"done_s", Optional(facts.done_s)},
          {"token_source", facts.token_source},
          {"finish_reason", facts.finish_reason},
          {"warnings", facts.warnings}};
}

EngineFacts FromJson(const Json& json) {
  EngineFacts facts;
  json.at("engine").get_to(facts.engine);
  json.at("type").get_to(facts.type);
  json.at("url").get_to(facts.url);
  json.at("model").get_to(facts.model);
  json.at("agent").get_to(facts.agent);
  json.at("request_id").get_to(facts.request_id);
  json.at("server").get_to(facts.server);
  json.at("health").get_to(facts.health);
  json.at("version").get_to(facts.version);
  json.at("models").get_to(facts.models);
  json.at("owned_by").get_to(facts.owned_by);
  json.at("limits").get_to(facts.limits);
  facts.first_token_s = OptionalFrom(json.at("first_token_s"));
  facts.done_s = OptionalFrom(json.at("done_s"));
  json.at("token_source").get_to(facts.token_source);
  json.at("finish_reason").get_to(facts.finish_reason);
  json.at("warnings").get_to(facts.warnings);
  return facts;
}

}  // namespace

std::string EngineFactsToJson(const EngineFacts& facts) {
  return ToJson(facts).dump(-1, ' ', false, Json::error_handler_t::replace);
}

absl::StatusOr<EngineFacts> EngineFactsFromJson(std::string_view json) {
  try {
    return FromJson(Json::parse(json));
  } catch (const Json::exception& error) {
    return absl::InvalidArgumentError(StrCat("is not what is known of an engine: ", error.what()));
  }
}

}  // namespace monsoon
