#include "controller/io/scenario/env_expansion.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

// `inside` stands between "${" and "}".
absl::StatusOr<std::string> Lookup(std::string_view inside, const EnvLookup& env) {
  const size_t separator = inside.find(":-");
  const std::string name(inside.substr(0, separator));
  if (!IsEnvName(name)) {
    return absl::InvalidArgumentError(StrCat(
        QuoteForMessage(StrCat("${", inside, "}")),
        " names no environment variable: expected ${NAME} or ${NAME:-default}; a dollar sign "
        "is written $$"));
  }
  const std::optional<std::string> value = env(name);
  if (separator == std::string_view::npos) {
    if (value.has_value()) return *value;
    return absl::InvalidArgumentError(StrCat("environment variable '", name,
                                             "' is not set: expected `export ", name,
                                             "=...`, or a default as in ${", name, ":-default}"));
  }
  if (value.has_value() && !value->empty()) return *value;
  return std::string(inside.substr(separator + 2));
}

}  // namespace

absl::StatusOr<std::string> ExpandText(std::string_view text, const EnvLookup& env) {
  std::string expanded;
  while (!text.empty()) {
    const size_t dollar = std::min(text.find('$'), text.size());
    expanded += text.substr(0, dollar);
    text.remove_prefix(dollar);
    if (text.starts_with("$$")) {
      expanded += '$';
      text.remove_prefix(2);
    } else if (text.starts_with("${")) {
      const size_t end = text.find('}');
      const size_t nested = text.find("${", 2);
      if (end == std::string_view::npos || nested < end) {
        return absl::InvalidArgumentError(
            StrCat(QuoteForMessage(text), end == std::string_view::npos
                                              ? " has no closing brace: expected ${NAME}"
                                              : " holds another ${: expected no nesting"));
      }
      ASSIGN_OR_RETURN(const std::string value, Lookup(text.substr(2, end - 2), env));
      expanded += value;
      text.remove_prefix(end + 1);
    } else if (!text.empty()) {
      expanded += '$';
      text.remove_prefix(1);
    }
  }
  return expanded;
}

void ExpandEnvironment(YamlNode& node, const EnvLookup& env, Diagnostics& diagnostics) {
  for (YamlNode& item : node.items) ExpandEnvironment(item, env, diagnostics);
  for (YamlNode::Entry& entry : node.entries) ExpandEnvironment(entry.value, env, diagnostics);
  if (!node.IsScalar() || node.scalar.find('$') == std::string::npos) return;
  absl::StatusOr<std::string> expanded = ExpandText(node.scalar, env);
  if (!expanded.ok()) {
    diagnostics.Add(node.mark, std::string(expanded.status().message()));
    node.kind = YamlNode::Kind::kBroken;
    return;
  }
  node.scalar = *std::move(expanded);
  node.plain = node.plain || node.written.find("${") != std::string::npos;
}

bool IsEnvName(std::string_view name) {
  const auto is_name_char = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_';
  };
  return !name.empty() && !absl::ascii_isdigit(static_cast<unsigned char>(name.front())) &&
         std::all_of(name.begin(), name.end(), is_name_char);
}

}  // namespace monsoon
