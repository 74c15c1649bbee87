#include "controller/io/scenario/yaml_parser.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <array>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "common/base/str_cat.h"
#include "controller/io/scenario/source_lines.h"

namespace monsoon {
namespace {

// Aliases are copied, so a few nested ones could grow a small text without bound.
constexpr size_t kMaxNodes = 200'000;

// yaml-cpp's words for the common mistakes, in ours.
struct Mistake {
  std::string_view theirs;
  std::string_view ours;
};
const std::array<Mistake, 8> kMistakes = {{
    {YAML::ErrorMsg::END_OF_MAP_FLOW, "a '{' is not closed: expected ',' or '}'"},
    {YAML::ErrorMsg::END_OF_SEQ_FLOW, "a '[' is not closed: expected ',' or ']'"},
    {YAML::ErrorMsg::END_OF_MAP,
     "this does not fit the lines above: expected 'key: value' with the "
     "same indentation"},
    {YAML::ErrorMsg::END_OF_SEQ,
     "this does not fit the list above: expected '- value' with the "
     "same indentation"},
    {YAML::ErrorMsg::MAP_VALUE,
     "a ':' cannot stand here: expected one 'key: value' per line, and "
     "quotes around a text that holds ': '"},
    {YAML::ErrorMsg::EOF_IN_SCALAR, "a quote is not closed: expected \" or ' at the text's end"},
    {YAML::ErrorMsg::UNKNOWN_ANCHOR, "this alias has no anchor: expected '&name' further up"},
    {YAML::ErrorMsg::INVALID_ESCAPE,
     "unknown escape: expected a backslash to be doubled inside "
     "double quotes"},
}};

std::string Reword(std::string_view theirs) {
  for (const Mistake& mistake : kMistakes) {
    if (theirs.starts_with(mistake.theirs)) return StrCat("not valid YAML: ", mistake.ours);
  }
  return StrCat("not valid YAML: ", theirs);
}

bool IsPlainTag(const std::string& tag) {
  return tag == "?" || tag == "tag:yaml.org,2002:int" || tag == "tag:yaml.org,2002:float" ||
         tag == "tag:yaml.org,2002:bool";
}

// Builds the tree from yaml-cpp's events.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(const SourceLines& lines, Diagnostics& diagnostics)
      : lines_(lines), diagnostics_(diagnostics) {}

  YamlNode TakeRoot() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Complete(NewNode(YamlNode::Kind::kNull, mark), anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode node = NewNode(YamlNode::Kind::kScalar, mark);
    node.scalar = value;
    node.written = value;
    node.plain = IsPlainTag(tag);
    Complete(std::move(node), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      throw YAML::ParserException(
          mark, "this alias stands inside what it names: expected one of something above");
    }
    CountNodes(found->second.nodes, mark);
    Attach(found->second.node);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open_.push_back({NewNode(YamlNode::Kind::kSequence, mark), anchor, nodes_});
  }
  void OnSequenceEnd() override { Close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open_.push_back({NewNode(YamlNode::Kind::kMap, mark), anchor, nodes_});
  }
  void OnMapEnd() override { Close(); }

 private:
  struct OpenNode {
    YamlNode node;
    YAML::anchor_t anchor = 0;
    size_t nodes_before = 0;
    bool has_key = false;  // of a map: the key has come, its value is next
    YamlNode key;
  };
  struct Anchored {
    YamlNode node;
    size_t nodes = 1;
  };

  YamlNode NewNode(YamlNode::Kind kind, const YAML::Mark& mark) {
    CountNodes(1, mark);
    YamlNode node;
    node.kind = kind;
    node.mark = lines_.At(mark.line, mark.column);
    return node;
  }

  void CountNodes(size_t count, const YAML::Mark& mark) {
    nodes_ += count;
    if (nodes_ > kMaxNodes) {
      throw YAML::ParserException(mark, StrCat("more than ", kMaxNodes, " values"));
    }
  }

  void Close() {
    OpenNode closed = std::move(open_.back());
    open_.pop_back();
    if (closed.anchor != 0) {
      anchors_[closed.anchor] = {closed.node, nodes_ - closed.nodes_before + 1};
    }
    Attach(std::move(closed.node));
  }

  void Complete(YamlNode node, YAML::anchor_t anchor) {
    if (anchor != 0) anchors_[anchor] = {node, 1};
    Attach(std::move(node));
  }

  void Attach(YamlNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
    } else if (OpenNode& parent = open_.back(); parent.node.IsSequence()) {
      parent.node.items.push_back(std::move(node));
    } else if (!parent.has_key) {
      parent.key = std::move(node);
      parent.has_key = true;
    } else {
      parent.has_key = false;
      AddEntry(parent.node, std::move(parent.key), std::move(node));
    }
  }

  void AddEntry(YamlNode& map, YamlNode key, YamlNode value) {
    if (!key.IsScalar()) {
      diagnostics_.Add(key.mark, "this key is no plain text: expected a key such as 'requests'");
      return;
    }
    for (const YamlNode::Entry& entry : map.entries) {
      if (entry.key != key.scalar) continue;
      diagnostics_.Add(key.mark,
                       StrCat("key ", QuoteForMessage(key.scalar), " comes twice, first at ",
                              diagnostics_.Location(entry.key_mark), ": expected each key once"));
      return;
    }
    map.entries.push_back({std::move(key.scalar), key.mark, std::move(value)});
  }

  const SourceLines& lines_;
  Diagnostics& diagnostics_;
  YamlNode root_;
  std::vector<OpenNode> open_;
  std::map<YAML::anchor_t, Anchored> anchors_;
  size_t nodes_ = 0;
};

// The first thing after a complete document must be the end.
class RejectDocument final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override {
    throw YAML::ParserException(mark, "a second document begins here: expected one");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}
};

}  // namespace

std::optional<YamlNode> ParseYaml(std::string_view text, int source, Diagnostics& diagnostics) {
  const SourceLines lines(text, source);
  if (!lines.CheckBytes(diagnostics)) return std::nullopt;
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    TreeBuilder builder(lines, diagnostics);
    if (!parser.HandleNextDocument(builder)) return YamlNode{.mark = {source, 1, 1}};
    RejectDocument rest;
    parser.HandleNextDocument(rest);
    return builder.TakeRoot();
  } catch (const YAML::Exception& error) {
    const std::optional<SourceMark> tab = lines.TabNear(error.mark.line);
    if (tab.has_value()) {
      diagnostics.Add(*tab, "a tab in the indentation: expected spaces, as YAML demands");
    } else {
      diagnostics.Add(lines.At(error.mark.line, error.mark.column), Reword(error.msg));
    }
  }
  return std::nullopt;
}

}  // namespace monsoon
