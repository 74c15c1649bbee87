#include "common/model/json_pointer.h"

#include <algorithm>

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

constexpr char kExpected[] = "expected a JSON pointer such as /choices/0/delta/content";

bool IsPlain(char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\'; }

absl::StatusOr<std::string> Unescaped(std::string_view step) {
  std::string out;
  for (size_t i = 0; i < step.size(); ++i) {
    if (step[i] != '~') {
      out += step[i];
      continue;
    }
    const char escape = ++i < step.size() ? step[i] : '\0';
    if (escape != '0' && escape != '1') {
      return absl::InvalidArgumentError(
          StrCat(kExpected, "; in one, ~0 stands for ~ and ~1 for /, and nothing else follows ~"));
    }
    out += escape == '0' ? '~' : '/';
  }
  return out;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ParseJsonPointer(std::string_view pointer) {
  if (!pointer.starts_with('/') || !std::all_of(pointer.begin(), pointer.end(), IsPlain)) {
    return absl::InvalidArgumentError(kExpected);
  }
  std::vector<std::string> steps;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);  // '/'
    const std::string_view step = pointer.substr(0, pointer.find('/'));
    absl::StatusOr<std::string> unescaped = Unescaped(step);
    if (!unescaped.ok()) return unescaped.status();
    steps.push_back(*std::move(unescaped));
    pointer.remove_prefix(step.size());
  }
  return steps;
}

}  // namespace monsoon
