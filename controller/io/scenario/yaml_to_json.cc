#include "controller/io/scenario/yaml_to_json.h"

#include <optional>

#include <nlohmann/json.hpp>

#include "controller/core/scenario/value_text.h"

namespace monsoon {
namespace {

using Json = nlohmann::ordered_json;

Json ScalarToJson(const YamlNode& node) {
  const std::string& text = node.scalar;
  if (!node.plain) return text;
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  if (const std::optional<int64_t> number = ParseWholeNumber(text)) return *number;
  if (const std::optional<uint64_t> number = ParseUnsigned(text)) return *number;
  if (const std::optional<double> number = ParseNumber(text)) return *number;
  return text;
}

Json ToJson(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kScalar:
      return ScalarToJson(node);
    case YamlNode::Kind::kSequence: {
      Json array = Json::array();
      for (const YamlNode& item : node.items) array.push_back(ToJson(item));
      return array;
    }
    case YamlNode::Kind::kMap: {
      Json object = Json::object();
      for (const YamlNode::Entry& entry : node.entries) object[entry.key] = ToJson(entry.value);
      return object;
    }
    default:
      return nullptr;
  }
}

}  // namespace

std::string YamlToJson(const YamlNode& node) { return ToJson(node).dump(); }

}  // namespace monsoon
