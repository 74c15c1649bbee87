// Unescapes one JSON string where it lies. Apart from simdjson's own because engines that dump
// ASCII (LMDeploy) can send half a surrogate pair, which must not cost the whole event.
#pragma once

#include <optional>
#include <string_view>

namespace monsoon {

// `begin` is the byte after the opening quote of a string whose closing quote exists. Returns the
// text, which never is longer than its escaped form; a lone surrogate becomes U+FFFD and sets
// `*repaired`. nullopt for an escape that JSON does not know.
std::optional<std::string_view> UnescapeInPlace(char* begin, bool* repaired);

}  // namespace monsoon
