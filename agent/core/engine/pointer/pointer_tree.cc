#include "agent/core/engine/pointer/pointer_tree.h"

#include <algorithm>
#include <charconv>

#include "common/base/str_cat.h"
#include "common/model/json_pointer.h"

namespace monsoon {
namespace {

PointerTree::Node MakeNode(const std::string& key) {
  PointerTree::Node node;
  node.key = key;
  node.any = key == "*";
  const char* const end = key.data() + key.size();
  int64_t index = -1;
  const auto [stop, error] = std::from_chars(key.data(), end, index);
  if (error == std::errc() && stop == end && index >= 0) node.index = index;
  return node;
}

PointerTree::Node& Child(PointerTree::Node& node, const std::string& key) {
  const auto found =
      std::find_if(node.children.begin(), node.children.end(),
                   [&key](const PointerTree::Node& each) { return each.key == key; });
  if (found != node.children.end()) return *found;
  return node.children.emplace_back(MakeNode(key));
}

void Merge(const PointerTree::Node& from, PointerTree::Node& into) {
  into.roles |= from.roles;
  for (const PointerTree::Node& child : from.children) Merge(child, Child(into, child.key));
}

// From the root down: what an index takes over may have both again.
void GiveIndicesWhatAnyHas(PointerTree::Node& node) {
  const auto any = std::find_if(node.children.begin(), node.children.end(),
                                [](const PointerTree::Node& each) { return each.any; });
  for (PointerTree::Node& child : node.children) {
    if (any != node.children.end() && child.index >= 0) Merge(*any, child);
    GiveIndicesWhatAnyHas(child);
  }
}

}  // namespace

bool PointerTree::Node::LeadsToElements() const {
  return std::any_of(children.begin(), children.end(),
                     [](const Node& child) { return child.any || child.index >= 0; });
}

const PointerTree::Node* PointerTree::Node::ChildFor(int64_t element) const {
  const Node* every = nullptr;
  for (const Node& child : children) {
    if (child.index == element) return &child;
    if (child.any) every = &child;
  }
  return every;
}

absl::StatusOr<PointerTree> PointerTree::Build(std::span<const PointerRow> rows) {
  PointerTree tree;
  for (const PointerRow& row : rows) {
    if (row.pointer.empty()) continue;
    const absl::StatusOr<std::vector<std::string>> steps = ParseJsonPointer(row.pointer);
    if (!steps.ok()) {
      return absl::InvalidArgumentError(
          StrCat("\"", row.pointer, "\": ", steps.status().message()));
    }
    Node* node = &tree.root_;
    for (const std::string& step : *steps) node = &Child(*node, step);
    const uint32_t bit = uint32_t{1} << static_cast<unsigned>(row.role);
    node->roles |= bit;
    tree.all_roles_ |= bit;
  }
  GiveIndicesWhatAnyHas(tree.root_);
  return tree;
}

}  // namespace monsoon
