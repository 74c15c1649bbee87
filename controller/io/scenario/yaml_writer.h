// Builds YAML text in flow style: `{key: value, ...}`. Pure.
//
// What it writes reads back to the same values: strings that could be anything else are quoted,
// every
// '$' of a value is doubled against the expansion of environment variables. Unicode stays as it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace monsoon {

// Values.
std::string YamlText(std::string_view text);
std::string YamlKey(std::string_view text);  // as YamlText, but '$' means itself in a key
// A value as it stood in a scenario: a '$' in it means what it meant there.
std::string YamlWritten(std::string_view text);
std::string YamlBool(bool value);
std::string YamlNumber(double value);
std::string YamlDuration(int64_t duration_ns);
std::string YamlList(const std::vector<std::string>& values);
// A JSON document, which is YAML already but for its dollar signs. REQUIRES: valid JSON.
std::string YamlFromJson(const std::string& json);

// "null" for nullopt.
std::string YamlOptional(const std::optional<bool>& value);
std::string YamlOptional(const std::optional<int64_t>& value);
std::string YamlOptional(const std::optional<double>& value);

// A mapping on one line; Add returns *this for chaining.
class YamlFlowMap {
 public:
  // `value` is YAML text, as the functions above make it.
  YamlFlowMap& Add(std::string_view key, const std::string& value);
  // Adds nothing when `text` is empty.
  YamlFlowMap& AddText(std::string_view key, std::string_view text);
  std::string str() const { return "{" + body_ + "}"; }

 private:
  std::string body_;
};

}  // namespace monsoon
