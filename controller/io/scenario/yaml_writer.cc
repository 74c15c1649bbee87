#include "controller/io/scenario/yaml_writer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include <nlohmann/json.hpp>

#include "common/base/str_cat.h"
#include "common/time/duration_text.h"
#include "controller/core/scenario/value_text.h"

namespace monsoon {
namespace {

using Json = nlohmann::ordered_json;

// Words that YAML 1.1 or 1.2 readers take for something other than a text.
constexpr std::array<std::string_view, 9> kReservedWords = {"null", "true", "false", "yes", "no",
                                                            "on",   "off",  "y",     "n"};

bool IsSafePlain(std::string_view text) {
  const auto is_safe = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == '.' ||
           c == '/';
  };
  if (text.empty() || !absl::ascii_isalpha(static_cast<unsigned char>(text.front()))) return false;
  const std::string lower = absl::AsciiStrToLower(ToAbsl(text));
  return std::all_of(text.begin(), text.end(), is_safe) &&
         std::find(kReservedWords.begin(), kReservedWords.end(), lower) == kReservedWords.end();
}

std::string DoubleQuoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (c == '\n') {
      quoted += "\\n";
    } else if (byte < 0x20 || byte == 0x7F) {
      quoted += absl::StrFormat("\\x%02x", static_cast<unsigned>(byte));
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

std::string DoubleDollars(std::string_view text) {
  std::string doubled;
  for (const char c : text) doubled.append(c == '$' ? 2 : 1, c);
  return doubled;
}

void DoubleDollarsOfValues(Json& json) {
  if (json.is_string()) {
    json = DoubleDollars(json.get_ref<const std::string&>());
  } else if (json.is_structured()) {
    for (Json& child : json) DoubleDollarsOfValues(child);
  }
}

// JSON with a space after ':' and ',', which YAML readers of flow style want.
std::string Spaced(const Json& json) {
  std::vector<std::string> parts;
  if (json.is_object()) {
    for (const auto& [key, value] : json.items()) {
      parts.push_back(StrCat(DoubleQuoted(key), ": ", Spaced(value)));
    }
    return StrCat("{", absl::StrJoin(parts, ", "), "}");
  }
  if (json.is_array()) {
    for (const Json& value : json) parts.push_back(Spaced(value));
    return StrCat("[", absl::StrJoin(parts, ", "), "]");
  }
  if (json.is_string()) return DoubleQuoted(json.get_ref<const std::string&>());
  return json.dump();
}

}  // namespace

std::string YamlKey(std::string_view text) {
  return IsSafePlain(text) ? std::string(text) : DoubleQuoted(text);
}

std::string YamlText(std::string_view text) { return YamlKey(DoubleDollars(text)); }

std::string YamlWritten(std::string_view text) { return DoubleQuoted(text); }

std::string YamlBool(bool value) { return value ? "true" : "false"; }

std::string YamlNumber(double value) { return FormatNumber(value); }

std::string YamlDuration(int64_t duration_ns) { return FormatDurationNs(duration_ns); }

std::string YamlList(const std::vector<std::string>& values) {
  return StrCat("[", absl::StrJoin(values, ", "), "]");
}

std::string YamlFromJson(const std::string& json) {
  Json document = Json::parse(json);
  DoubleDollarsOfValues(document);
  return Spaced(document);
}

std::string YamlOptional(const std::optional<bool>& value) {
  return value.has_value() ? YamlBool(*value) : "null";
}

std::string YamlOptional(const std::optional<int64_t>& value) {
  return value.has_value() ? StrCat(*value) : "null";
}

std::string YamlOptional(const std::optional<double>& value) {
  return value.has_value() ? YamlNumber(*value) : "null";
}

YamlFlowMap& YamlFlowMap::Add(std::string_view key, const std::string& value) {
  body_ += StrCat(body_.empty() ? "" : ", ", YamlKey(key), ": ", value);
  return *this;
}

YamlFlowMap& YamlFlowMap::AddText(std::string_view key, std::string_view text) {
  return text.empty() ? *this : Add(key, YamlText(text));
}

}  // namespace monsoon
