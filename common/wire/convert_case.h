// AgentCase <-> monsoon.v1.Case. The only place where the case's fields are copied to and from the
// wire; a field that is missing here fails the round-trip test.
#pragma once

#include "absl/status/statusor.h"

#include "common/model/agent_case.h"
#include "common/model/item.h"
#include "monsoon/v1/agent.pb.h"

namespace monsoon {

void ToProto(const AgentCase& agent_case, v1::Case* proto);
// INVALID_ARGUMENT when a value is out of range (a limit of 0, an index beyond int32).
absl::StatusOr<AgentCase> FromProto(const v1::Case& proto);

void ToProto(const ItemId& id, const Item& item, v1::Item* proto);
// INVALID_ARGUMENT when the id is not that of the other fields, or one of these is out of range.
absl::StatusOr<Item> FromProto(const v1::Item& proto);

std::string ItemIdBytes(const ItemId& id);
absl::StatusOr<ItemId> ItemIdFromBytes(const std::string& bytes);

}  // namespace monsoon
