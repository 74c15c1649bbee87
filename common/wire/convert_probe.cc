#include "common/wire/convert_probe.h"

#include <limits>
#include <utility>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "common/wire/convert_case.h"
#include "common/wire/convert_record.h"

namespace monsoon {

void ToProto(const ProbeOrder& order, v1::Probe* proto) {
  proto->set_probe_index(order.probe_index);
  ToProto(order.agent_case, proto->mutable_case_spec());
  ToProto(ComputeItemId(order.item), order.item, proto->mutable_item());
  proto->set_request_id(order.request_id);
  proto->set_time_limit_ns(static_cast<uint64_t>(order.time_limit_ns));
}

absl::StatusOr<ProbeOrder> FromProto(const v1::Probe& proto) {
  constexpr auto kLongest = static_cast<uint64_t>(std::numeric_limits<int64_t>::max() / 4);
  if (proto.time_limit_ns() == 0 || proto.time_limit_ns() > kLongest) {
    return absl::InvalidArgumentError(StrCat("the probe's time limit is ", proto.time_limit_ns(),
                                             " ns; expected a positive number"));
  }
  ProbeOrder order;
  order.probe_index = proto.probe_index();
  ASSIGN_OR_RETURN(order.agent_case, FromProto(proto.case_spec()));
  ASSIGN_OR_RETURN(order.item, FromProto(proto.item()));
  order.request_id = proto.request_id();
  order.time_limit_ns = static_cast<int64_t>(proto.time_limit_ns());
  return order;
}

void ToProto(const ProbeResult& result, v1::Probed* proto) {
  proto->set_probe_index(result.probe_index);
  proto->set_error(result.error);
  proto->set_engine_address(result.engine_address);
  ToProto(result.record, proto->mutable_record());
  proto->set_content_type(result.content_type);
  proto->set_server(result.server);
  proto->set_body(result.body);
  for (const ProbeGet& get : result.gets) {
    v1::ProbedGet* const out = proto->add_gets();
    out->set_kind(static_cast<v1::ProbedGet::Kind>(get.kind));
    out->set_target(get.target);
    out->set_http_status(get.http_status);
    out->set_body(get.body);
    out->set_error(get.error);
  }
}

absl::StatusOr<ProbeResult> FromProto(const v1::Probed& proto) {
  ProbeResult result;
  result.probe_index = proto.probe_index();
  result.error = proto.error();
  result.engine_address = proto.engine_address();
  ASSIGN_OR_RETURN(result.record, FromProto(proto.record()));
  result.content_type = proto.content_type();
  result.server = proto.server();
  result.body = proto.body();
  for (const v1::ProbedGet& get : proto.gets()) {
    if (!v1::ProbedGet::Kind_IsValid(get.kind())) {
      return absl::InvalidArgumentError(StrCat("a probe's GET of unknown kind ", get.kind()));
    }
    result.gets.push_back({.kind = static_cast<EngineGetKind>(get.kind()),
                           .target = get.target(),
                           .http_status = get.http_status(),
                           .body = get.body(),
                           .error = get.error()});
  }
  return result;
}

}  // namespace monsoon
