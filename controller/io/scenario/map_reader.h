// MapReader: reads the typed values of one YAML mapping and reports everything wrong with them.
//
// Each Read* overwrites `out` when the key is there and right, reports it when it is wrong, and
// leaves `out` alone (the default) otherwise. Asking for a key makes it known; RejectUnknownKeys,
// called last, reports the rest. Borrowed references must outlive the reader.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "controller/core/scenario/ranges.h"
#include "controller/io/scenario/diagnostics.h"
#include "controller/io/scenario/yaml_node.h"

namespace monsoon {

class MapReader {
 public:
  // `path` is where the mapping stands, for messages: "" at the top level, "sampling", "engine",
  // ... Something that is no mapping is reported here, and then reads as an empty one.
  MapReader(const YamlNode& node, std::string path, Diagnostics& diagnostics);

  // The value of `key`; nullptr when it is absent or broken.
  const YamlNode* Find(std::string_view key);
  bool Has(std::string_view key);
  const SourceMark& mark() const { return node_.mark; }

  void ReadText(std::string_view key, std::string& out);
  void ReadBool(std::string_view key, bool& out);
  void ReadInt(std::string_view key, const Range<int64_t>& range, int64_t& out);
  void ReadUnsigned(std::string_view key, uint64_t& out);
  void ReadDuration(std::string_view key, const Range<int64_t>& range, int64_t& out_ns);
  void ReadShare(std::string_view key, double& out);
  void ReadByteSize(std::string_view key, const Range<int64_t>& range, int64_t& out);

  // As above; null means nullopt.
  void ReadOptionalBool(std::string_view key, std::optional<bool>& out);
  void ReadOptionalInt(std::string_view key, const Range<int64_t>& range,
                       std::optional<int64_t>& out);
  void ReadOptionalNumber(std::string_view key, const Range<double>& range,
                          std::optional<double>& out);

  // One of a few words.
  template <typename Enum>
  void ReadChoice(std::string_view key,
                  const std::vector<std::pair<std::string_view, Enum>>& choices, Enum& out);

  // "KEY is 'found': expected EXPECTED"; the second form for a value inside KEY's list.
  void Complain(std::string_view key, std::string_view expected);
  void Complain(std::string_view key, const YamlNode& value, std::string_view expected);
  // Any other message, at the place of `key`, or of the mapping when it has none.
  void Report(std::string_view key, std::string message);

  void RejectUnknownKeys();

  std::string FullKey(std::string_view key) const;
  Diagnostics& diagnostics() { return diagnostics_; }

 private:
  std::optional<size_t> FindChoice(std::string_view key, const std::vector<std::string>& names);

  const YamlNode& node_;
  const std::string path_;
  Diagnostics& diagnostics_;
  std::vector<std::string> known_;
};

// What stands there, for a message: 'text', a list, a mapping, nothing. A value from the
// environment is shown as it was written, because it may be a secret in the wrong place.
std::string Describe(const YamlNode& node);

template <typename Enum>
void MapReader::ReadChoice(std::string_view key,
                           const std::vector<std::pair<std::string_view, Enum>>& choices,
                           Enum& out) {
  std::vector<std::string> names;
  for (const auto& choice : choices) names.emplace_back(choice.first);
  const std::optional<size_t> found = FindChoice(key, names);
  if (found.has_value()) out = choices[*found].second;
}

}  // namespace monsoon
