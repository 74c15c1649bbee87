#include "controller/io/scenario/overrides.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "controller/core/scenario/value_text.h"
#include "controller/io/scenario/yaml_parser.h"

namespace monsoon {
namespace {

absl::StatusOr<YamlNode*> StepIntoList(YamlNode& list, std::string_view parent,
                                       std::string_view segment) {
  const std::optional<uint64_t> index = ParseUnsigned(segment);
  if (index.has_value() && *index < list.items.size()) return &list.items[*index];
  return absl::InvalidArgumentError(
      list.items.empty()
          ? StrCat("'", parent, "' is an empty list: expected --set ", parent, "=[...]")
          : StrCat("'", parent, "' is a list of ", list.items.size(),
                   ": expected an index from 0 to ", list.items.size() - 1, ", as in ", parent,
                   ".0"));
}

// The value that `segment` names inside `node`, made if need be.
absl::StatusOr<YamlNode*> Step(YamlNode& node, std::string_view parent, std::string_view segment,
                               const SourceMark& mark) {
  if (node.IsSequence()) return StepIntoList(node, parent, segment);
  if (node.IsScalar()) {
    return absl::InvalidArgumentError(
        StrCat("'", parent, "' is a single value, ", QuoteForMessage(node.written),
               ": expected a mapping there, as in --set ", parent, "={", segment, ": ...}"));
  }
  if (YamlNode* known = node.Find(segment); known != nullptr) return known;
  if (node.IsNull()) node = YamlNode{.kind = YamlNode::Kind::kMap, .mark = mark};
  node.entries.push_back({std::string(segment), mark, YamlNode{.mark = mark}});
  return &node.entries.back().value;
}

absl::StatusOr<YamlNode*> Walk(YamlNode& root, std::string_view path, const SourceMark& mark) {
  YamlNode* node = &root;
  for (size_t begin = 0; begin <= path.size();) {
    const size_t end = std::min(path.find('.', begin), path.size());
    const std::string_view segment = path.substr(begin, end - begin);
    if (segment.empty()) {
      return absl::InvalidArgumentError("empty key: expected key=value, such as requests=10");
    }
    const std::string_view parent = path.substr(0, begin == 0 ? 0 : begin - 1);
    ASSIGN_OR_RETURN(node, Step(*node, parent, segment, mark));
    begin = end + 1;
  }
  return node;
}

}  // namespace

void ApplyOverride(std::string_view text, int source, YamlNode& root, Diagnostics& diagnostics) {
  const SourceMark mark{source, 0, 0};
  const size_t equals = text.find('=');
  if (equals == std::string_view::npos) {
    diagnostics.Add(mark, "no '=' in it: expected key=value, such as requests=10");
    return;
  }
  std::optional<YamlNode> value = ParseYaml(text.substr(equals + 1), source, diagnostics);
  if (!value.has_value()) return;
  const absl::StatusOr<YamlNode*> target = Walk(root, text.substr(0, equals), mark);
  if (target.ok()) {
    **target = *std::move(value);
  } else {
    diagnostics.Add(mark, std::string(target.status().message()));
  }
}

}  // namespace monsoon
