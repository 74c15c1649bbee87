// CaseSpec as JSON: the form in which a case is kept in the run's database.
//
// Pure; any thread. The round trip is exact: CaseSpecFromJson(CaseSpecToJson(s)) == s for every
// spec whose strings are UTF-8. Durations are ns. A missing member keeps its default, so that an
// older database can be read; an unknown one is ignored.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "controller/core/scenario/scenario.h"

namespace monsoon {

std::string CaseSpecToJson(const CaseSpec& spec);
// DATA_LOSS naming the member that has the wrong type.
absl::StatusOr<CaseSpec> CaseSpecFromJson(std::string_view json);

// `spec` as it may be stored: values of HTTP headers become "<not stored>" and user:password@
// leaves the URL, because either may carry a secret.
CaseSpec WithoutSecrets(CaseSpec spec);

}  // namespace monsoon
