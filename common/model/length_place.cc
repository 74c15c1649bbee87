#include "common/model/length_place.h"

#include <algorithm>
#include <array>

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

constexpr std::array<std::string_view, 2> kLengthPlaces = {"%n", "{max_tokens}"};

// What begins there is the inside of a whole string, and that string is a value.
bool IsStringValue(std::string_view json, size_t begin, size_t size) {
  const size_t end = begin + size;
  if (begin == 0 || json[begin - 1] != '"' || end >= json.size() || json[end] != '"') return false;
  // An escaped quote stands inside a longer string.
  if (begin >= 2 && json[begin - 2] == '\\') return false;
  const size_t next = json.find_first_not_of(" \t\r\n", end + 1);
  return next == std::string_view::npos || json[next] != ':';
}

}  // namespace

bool IsLengthPlace(std::string_view text) {
  return std::find(kLengthPlaces.begin(), kLengthPlaces.end(), text) != kLengthPlaces.end();
}

bool HasLengthPlace(std::string_view body_json) {
  return std::any_of(kLengthPlaces.begin(), kLengthPlaces.end(), [body_json](auto place) {
    for (size_t at = body_json.find(place); at != std::string_view::npos;
         at = body_json.find(place, at + 1)) {
      if (IsStringValue(body_json, at, place.size())) return true;
    }
    return false;
  });
}

absl::Status CheckLengthPlace(const CustomEngine& custom, const Sampling& sampling) {
  if (custom.body_json.empty() || !sampling.max_tokens.has_value()) return absl::OkStatus();
  if (sampling.max_tokens == Sampling().max_tokens || HasLengthPlace(custom.body_json)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(StrCat(
      "sampling.max_tokens is ", *sampling.max_tokens,
      ", and the custom engine's body has no place for it; put \"%n\" there, where its limit "
      "of output tokens goes, or leave max_tokens out and write the number into the body"));
}

}  // namespace monsoon
