// RequestRecord <-> monsoon.v1.RequestRecord.
#pragma once

#include "absl/status/statusor.h"

#include "common/model/request_record.h"
#include "monsoon/v1/record.pb.h"

namespace monsoon {

// REQUIRES: record.status is not kLost (an agent cannot report that). The tokenizer's counts stay
// behind: they are made by the controller.
void ToProto(const RequestRecord& record, v1::RequestRecord* proto);
// INVALID_ARGUMENT for a status or class that this version does not know, and for a text that its
// channels do not make up.
absl::StatusOr<RequestRecord> FromProto(const v1::RequestRecord& proto);

}  // namespace monsoon
