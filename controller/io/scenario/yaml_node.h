// YamlNode: a YAML document as a plain tree of values that know where they were written.
//
// The rest of this folder reads this tree, so yaml-cpp and its exceptions stay in yaml_parser.cc.
// Aliases are resolved (by copy), environment variables are not expanded yet (env_expansion.h).
#pragma once

#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace monsoon {

// A place in one of the sources: 0 is the scenario file, n > 0 the n-th --set override, whose line
// and column say nothing. Lines and columns count from 1; columns in characters.
struct SourceMark {
  int source = 0;
  int line = 0;
  int column = 0;

  friend bool operator==(const SourceMark&, const SourceMark&) = default;
  friend bool operator<(const SourceMark& a, const SourceMark& b) {
    return std::tie(a.source, a.line, a.column) < std::tie(b.source, b.line, b.column);
  }
};

struct YamlNode {
  enum class Kind {
    kNull,
    kScalar,
    kSequence,
    kMap,
    kBroken,  // an error about it has been reported; readers pass over it in silence
  };
  struct Entry;

  Kind kind = Kind::kNull;
  SourceMark mark;
  std::string scalar;   // kScalar: its text
  std::string written;  // kScalar: the text as it was before environment variables were expanded
  bool plain = false;   // kScalar: unquoted, so that it may be a number, a bool, ...
  std::vector<YamlNode> items;  // kSequence
  std::vector<Entry> entries;   // kMap, in the order of the file; keys are unique

  bool IsNull() const { return kind == Kind::kNull; }
  bool IsScalar() const { return kind == Kind::kScalar; }
  bool IsSequence() const { return kind == Kind::kSequence; }
  bool IsMap() const { return kind == Kind::kMap; }
  bool IsBroken() const { return kind == Kind::kBroken; }

  // The value of `key`; nullptr when this is no map or has no such key.
  const YamlNode* Find(std::string_view key) const;
  YamlNode* Find(std::string_view key);
};

struct YamlNode::Entry {
  std::string key;
  SourceMark key_mark;
  YamlNode value;
};

inline const YamlNode* YamlNode::Find(std::string_view key) const {
  for (const Entry& entry : entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

inline YamlNode* YamlNode::Find(std::string_view key) {
  return const_cast<YamlNode*>(static_cast<const YamlNode*>(this)->Find(key));
}

}  // namespace monsoon
