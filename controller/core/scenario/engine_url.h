// What a scenario may name as an engine's URL, and how it is completed. Pure text; nothing is
// resolved.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "controller/core/scenario/scenario.h"

namespace monsoon {

// True for names of headers and URL parameters that usually carry a secret: Authorization,
// x-api-key, api-key, Cookie, anything with "secret" or "password", ...; case does not matter.
bool IsSecretName(std::string_view name);

// True when `url` carries a secret: user:password@ before the host, or a parameter with such a
// name. Nothing may print such a URL.
bool UrlHasSecret(std::string_view url);

// `url` when it is an absolute http:// or https:// URL; one without a path gets `default_path`.
// INVALID_ARGUMENT otherwise, with what was expected. REQUIRES: !UrlHasSecret(url).
// The URL's own query replaces that of `default_path`.
absl::StatusOr<std::string> ResolveEngineUrl(std::string_view url, std::string_view default_path);

// "/v1/chat/completions" of such a URL; "" when it has no path.
std::string_view EngineUrlPath(std::string_view url);

// Makes the engine's URL complete for this case: the route's default path (the one without stream
// where the case does not stream) if it has none, and the model's name, percent-encoded, in place
// of {model}. REQUIRES: spec.engine.url is "" or was resolved.
void CompleteEngineUrl(CaseSpec& spec);

}  // namespace monsoon
