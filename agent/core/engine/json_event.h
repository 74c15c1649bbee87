// JsonEvent: reads the JSON of one stream event (or of one whole answer) in place, with simdjson's
// On-Demand reader, and the lenient accessors that engines make necessary: counts as strings or
// floats, NaN in members that nobody reads, lone surrogates, bytes that are not UTF-8.
//
//   if (!event.Open(payload)) ...;                    // not JSON at all
//   bool ok = ForEachField(event.root(), [&](JsonKey key, JsonValue value) {
//     if (KeyIs(key, "choices")) return ReadChoices(value);
//     return true;                                    // members not looked at are skipped
//   });
//   ok = ok && event.AtEnd();                         // nothing behind the root
//
// On-Demand finds errors while it walks: what was read before one is valid, what comes after is
// not there. Values can be consumed once, in order. Strings point into this object and live until
// the next Open(). Buffers keep their capacity: in steady state nothing is allocated.
//
// Not thread-safe: one per thread (DecoderScratch).
#pragma once

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace monsoon {

using JsonKey = simdjson::ondemand::raw_json_string;
using JsonValue = simdjson::ondemand::value;
using JsonDocument = simdjson::ondemand::document;

class JsonEvent {
 public:
  // Copies `text` and finds its structure. False when it is not one JSON object or array.
  bool Open(std::string_view text);
  JsonDocument& root() { return document_; }
  // '{' or '[' after a successful Open().
  char root_kind() const { return buffer_[0]; }
  // After the root was walked through: nothing follows it.
  bool AtEnd() { return document_.current_location().error() == simdjson::OUT_OF_BOUNDS; }

  // The text of a string value; nullopt when `value` is none or holds an escape that JSON lacks.
  std::optional<std::string_view> String(JsonValue value);

  // True when bytes or escapes that are no Unicode text were replaced by U+FFFD since Open().
  bool repaired() const { return repaired_; }
  // Gives back buffers beyond 1 MiB.
  void ReleaseLargeBuffers();

 private:
  bool Iterate(std::string_view text);
  void Reserve(size_t bytes);

  std::unique_ptr<char[]> buffer_;  // the text, padded for simdjson; strings are unescaped in place
  size_t capacity_ = 0;             // of buffer_, without the padding
  simdjson::ondemand::parser parser_;
  JsonDocument document_;
  std::string repaired_text_;
  bool repaired_ = false;
};

// True when `text` is one whole JSON object or array (members are skipped, not judged).
bool IsWholeJson(JsonEvent& event, std::string_view text);

// The first byte of a value says what it is: { [ " t f n or a digit or sign; 0 at an error.
char KindOf(JsonValue value);

inline bool KeyIs(JsonKey key, std::string_view name) { return key.unsafe_is_equal(name); }

// True when `value` is exactly the string `text` (which needs no escape). Does not consume.
bool IsString(JsonValue value, std::string_view text);

// An integer, also when sent as "12" or 12.0; nullopt for anything else or beyond 2^53.
std::optional<int64_t> LenientInt(JsonValue value);

// Number of elements; nullopt when `array` is none or broken.
std::optional<int64_t> CountElements(JsonValue array);

// Calls visit(key, value) for each member until it returns false. False when visit did, when
// `object` (a JsonValue or the document) is no object, or when its JSON is broken.
template <typename Source, typename Visit>
bool ForEachField(Source&& object, Visit visit) {
  simdjson::ondemand::object members;
  if (object.get_object().get(members) != simdjson::SUCCESS) return false;
  for (auto member : members) {
    simdjson::ondemand::field field;
    if (std::move(member).get(field) != simdjson::SUCCESS) return false;
    const JsonKey key = field.key();
    if (!visit(key, field.value())) return false;
  }
  return true;
}

// The same for the elements of an array: visit(value).
template <typename Source, typename Visit>
bool ForEachElement(Source&& array, Visit visit) {
  simdjson::ondemand::array elements;
  if (array.get_array().get(elements) != simdjson::SUCCESS) return false;
  for (auto element : elements) {
    JsonValue value;
    if (std::move(element).get(value) != simdjson::SUCCESS) return false;
    if (!visit(value)) return false;
  }
  return true;
}

}  // namespace monsoon
