// What a hub's refusal means and what to do about it, as a sentence. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"

#include "controller/core/hub/hub_file.h"
#include "controller/core/hub/response_facts.h"

namespace monsoon {

// Who asked, for the sentences.
struct Asker {
  std::string_view endpoint;
  bool has_token = false;
};

// `facts` is an answer with a status from 400 or an unexpected one. PERMISSION_DENIED for 401 and
// 403, NOT_FOUND for 404 and 410, UNAVAILABLE for what may pass, else FAILED_PRECONDITION. Names
// the file, never the token.
absl::Status HubRefusal(const HubFile& file, const Asker& asker, const ResponseFacts& facts);

// FAILED_PRECONDITION: the file is larger than a download may be. `size`: where it is known.
absl::Status OverLimit(const HubFile& file, std::optional<int64_t> size, int64_t max_bytes);

// "hf:ORG/NAME/FILE (revision main)"
std::string Describe(const HubFile& file);

}  // namespace monsoon
