// The places in a custom engine's body (custom_engine.h) that become the number of max_tokens: a
// string that is "%n" or "{max_tokens}" and nothing else. Pure; any thread.
#pragma once

#include <string_view>

#include "absl/status/status.h"

#include "common/model/agent_case.h"

namespace monsoon {

// `text` is the whole of such a string.
bool IsLengthPlace(std::string_view text);
// `body_json`, valid JSON, has such a string as a value (not as a member's name).
bool HasLengthPlace(std::string_view body_json);

// INVALID_ARGUMENT when `sampling` asks a custom engine for a max_tokens, the default aside, that
// its body has no place for: what CheckSampling() of engine_type.h is to the other parameters. OK
// when the engine is not custom.
absl::Status CheckLengthPlace(const CustomEngine& custom, const Sampling& sampling);

}  // namespace monsoon
