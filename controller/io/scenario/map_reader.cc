#include "controller/io/scenario/map_reader.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_join.h"

#include "common/base/nearest_name.h"
#include "common/base/str_cat.h"
#include "common/time/duration_text.h"
#include "controller/core/scenario/engine_url.h"
#include "controller/core/scenario/value_text.h"
#include "controller/io/scenario/value_format.h"

namespace monsoon {
namespace {

// The text of a scalar that may be a number or a bool; "" (which is neither) for anything else.
std::string_view PlainText(const YamlNode& node) {
  return node.IsScalar() && node.plain ? std::string_view(node.scalar) : std::string_view();
}

std::optional<bool> ToBool(const YamlNode& node) {
  const std::string_view text = PlainText(node);
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  return std::nullopt;
}

std::optional<int64_t> ToInt(const YamlNode& node, const Range<int64_t>& range) {
  const std::optional<int64_t> value = ParseWholeNumber(PlainText(node));
  return value.has_value() && range.Contains(*value) ? value : std::nullopt;
}

}  // namespace

MapReader::MapReader(const YamlNode& node, std::string path, Diagnostics& diagnostics)
    : node_(node), path_(std::move(path)), diagnostics_(diagnostics) {
  if (node_.IsMap() || node_.IsBroken()) return;
  diagnostics_.Add(node_.mark, StrCat(path_.empty() ? "the scenario" : path_, " is ",
                                      Describe(node_), ": expected a mapping (key: value)"));
}

const YamlNode* MapReader::Find(std::string_view key) {
  known_.emplace_back(key);
  const YamlNode* const value = node_.Find(key);
  return value == nullptr || value->IsBroken() ? nullptr : value;
}

bool MapReader::Has(std::string_view key) {
  known_.emplace_back(key);
  return node_.Find(key) != nullptr;
}

void MapReader::ReadText(std::string_view key, std::string& out) {
  const YamlNode* const value = Find(key);
  if (value == nullptr) return;
  if (!value->IsScalar()) return Complain(key, *value, "a text");
  out = value->scalar;
}

void MapReader::ReadBool(std::string_view key, bool& out) {
  const YamlNode* const value = Find(key);
  if (value == nullptr) return;
  const std::optional<bool> read = ToBool(*value);
  if (!read.has_value()) return Complain(key, *value, "true or false");
  out = *read;
}

void MapReader::ReadInt(std::string_view key, const Range<int64_t>& range, int64_t& out) {
  const YamlNode* const value = Find(key);
  if (value == nullptr) return;
  const std::optional<int64_t> read = ToInt(*value, range);
  if (!read.has_value()) return Complain(key, *value, DescribeIntRange(range));
  out = *read;
}

void MapReader::ReadUnsigned(std::string_view key, uint64_t& out) {
  const YamlNode* const value = Find(key);
  if (value == nullptr) return;
  const std::optional<uint64_t> read = ParseUnsigned(PlainText(*value));
  if (!read.has_value()) return Complain(key, *value, "a whole number from 0 to 2^64 - 1");
  out = *read;
}

void MapReader::ReadDuration(std::string_view key, const Range<int64_t>& range, int64_t& out_ns) {
  const YamlNode* const value = Find(key);
  if (value == nullptr) return;
  const absl::StatusOr<int64_t> read = ParseDurationNs(PlainText(*value));
  if (!read.ok() || !range.Contains(*read)) {
    return Complain(key, *value, DescribeDurationRange(range));
  }
  out_ns = *read;
}

void MapReader::ReadShare(std::string_view key, double& out) {
  const YamlNode* const value = Find(key);
  if (value == nullptr) return;
  const std::optional<double> read = ParseShare(PlainText(*value));
  if (!read.has_value() || !kShareRange.Contains(*read)) {
    return Complain(key, *value, "a percentage from 0% to 100%, or a number from 0 to 1");
  }
  out = *read;
}

void MapReader::ReadByteSize(std::string_view key, const Range<int64_t>& range, int64_t& out) {
  const YamlNode* const value = Find(key);
  if (value == nullptr) return;
  const std::optional<int64_t> read = ParseByteSize(PlainText(*value));
  if (!read.has_value() || !range.Contains(*read)) {
    return Complain(key, *value, DescribeByteRange(range));
  }
  out = *read;
}

void MapReader::ReadOptionalBool(std::string_view key, std::optional<bool>& out) {
  const YamlNode* const value = Find(key);
  if (value == nullptr) return;
  const std::optional<bool> read = ToBool(*value);
  if (!read.has_value() && !value->IsNull()) return Complain(key, *value, "true, false or null");
  out = read;
}

void MapReader::ReadOptionalInt(std::string_view key, const Range<int64_t>& range,
                                std::optional<int64_t>& out) {
  const YamlNode* const value = Find(key);
  if (value == nullptr) return;
  const std::optional<int64_t> read = ToInt(*value, range);
  if (!read.has_value() && !value->IsNull()) {
    return Complain(key, *value, DescribeIntRange(range) + ", or null");
  }
  out = read;
}

void MapReader::ReadOptionalNumber(std::string_view key, const Range<double>& range,
                                   std::optional<double>& out) {
  const YamlNode* const value = Find(key);
  if (value == nullptr) return;
  const std::optional<double> read = ParseNumber(PlainText(*value));
  const bool right = read.has_value() && range.Contains(*read);
  if (!right && !value->IsNull()) {
    return Complain(key, *value, DescribeNumberRange(range) + ", or null");
  }
  out = read;
}

std::optional<size_t> MapReader::FindChoice(std::string_view key,
                                            const std::vector<std::string>& names) {
  const YamlNode* const value = Find(key);
  if (value == nullptr) return std::nullopt;
  const auto found = std::find(names.begin(), names.end(), value->scalar);
  if (value->IsScalar() && found != names.end()) return found - names.begin();
  Complain(key, *value, "one of " + absl::StrJoin(names, ", "));
  return std::nullopt;
}

void MapReader::Complain(std::string_view key, std::string_view expected) {
  const YamlNode* const value = Find(key);
  Complain(key, value == nullptr ? node_ : *value, expected);
}

void MapReader::Complain(std::string_view key, const YamlNode& value, std::string_view expected) {
  diagnostics_.Add(value.mark,
                   StrCat(FullKey(key), " is ", Describe(value), ": expected ", expected));
}

void MapReader::Report(std::string_view key, std::string message) {
  const YamlNode* const value = Find(key);
  diagnostics_.Add(value == nullptr ? node_.mark : value->mark, std::move(message));
}

void MapReader::RejectUnknownKeys() {
  std::vector<std::string> known;
  for (const std::string& key : known_) {
    if (std::find(known.begin(), known.end(), key) == known.end()) known.push_back(key);
  }
  for (const YamlNode::Entry& entry : node_.entries) {
    if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
    const std::optional<std::string> nearest = NearestName(entry.key, known);
    std::string message = StrCat("unknown key ", QuoteForMessage(entry.key));
    if (!path_.empty()) message += " in " + path_;
    message += nearest.has_value() ? StrCat("; did you mean '", *nearest, "'?")
                                   : StrCat(": expected one of ", absl::StrJoin(known, ", "));
    const bool secret = IsSecretName(entry.key);
    secret ? diagnostics_.AddSecret(entry.key_mark, std::move(message))
           : diagnostics_.Add(entry.key_mark, std::move(message));
  }
}

std::string MapReader::FullKey(std::string_view key) const {
  return path_.empty() ? std::string(key) : StrCat(path_, ".", key);
}

std::string Describe(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return "empty";
    case YamlNode::Kind::kSequence:
      return "a list";
    case YamlNode::Kind::kMap:
      return "a mapping";
    default:
      break;
  }
  if (node.scalar != node.written) return QuoteForMessage(node.written) + " (once expanded)";
  return node.plain ? QuoteForMessage(node.scalar)
                    : StrCat("the quoted text ", QuoteForMessage(node.scalar));
}

}  // namespace monsoon
