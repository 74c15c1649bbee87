// Finds the known name that a mistyped one was probably meant to be.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace monsoon {

// Number of single-character insertions, deletions and substitutions between `a` and `b`
// (Levenshtein distance over bytes).
int EditDistance(std::string_view a, std::string_view b);

// The entry of `known` with the smallest edit distance to `name`, the first of equals; nullopt when
// even that differs by more than half of `name`'s length (a guess that would only confuse).
std::optional<std::string> NearestName(std::string_view name,
                                       const std::vector<std::string>& known);

}  // namespace monsoon
