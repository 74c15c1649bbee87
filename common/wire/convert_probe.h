// ProbeOrder <-> monsoon.v1.Probe, ProbeResult <-> monsoon.v1.Probed.
#pragma once

#include "absl/status/statusor.h"

#include "common/model/probe.h"
#include "monsoon/v1/agent.pb.h"

namespace monsoon {

void ToProto(const ProbeOrder& order, v1::Probe* proto);
// INVALID_ARGUMENT for what FromProto of a case or of an item refuses, and for a limit of 0.
absl::StatusOr<ProbeOrder> FromProto(const v1::Probe& proto);

void ToProto(const ProbeResult& result, v1::Probed* proto);
// INVALID_ARGUMENT for a kind of GET, a status or a class that this version does not know.
absl::StatusOr<ProbeResult> FromProto(const v1::Probed& proto);

}  // namespace monsoon
