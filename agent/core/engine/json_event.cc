#include "agent/core/engine/json_event.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

#include "agent/core/engine/framing.h"
#include "agent/core/engine/json_string.h"
#include "agent/core/engine/utf8.h"

namespace monsoon {
namespace {

constexpr size_t kFirstCapacity = 4096;
constexpr size_t kKeptCapacity = 1 << 20;
constexpr double kMaxExactDouble = 9007199254740992.0;  // 2^53

}  // namespace

bool JsonEvent::Open(std::string_view text) {
  repaired_ = false;
  text = TrimBlanks(text);
  if (text.empty() || (text.front() != '{' && text.front() != '[')) return false;
  return Iterate(text);
}

bool JsonEvent::Iterate(std::string_view text) {
  Reserve(text.size());
  std::memcpy(buffer_.get(), text.data(), text.size());
  std::memset(buffer_.get() + text.size(), 0, simdjson::SIMDJSON_PADDING);
  const simdjson::error_code error =
      parser_.iterate(buffer_.get(), text.size(), capacity_ + simdjson::SIMDJSON_PADDING)
          .get(document_);
  if (error == simdjson::UTF8_ERROR && !repaired_) {
    repaired_ = true;
    repaired_text_.clear();
    AppendRepairedUtf8(text, repaired_text_);
    return Iterate(repaired_text_);
  }
  return error == simdjson::SUCCESS;
}

// Grows in powers of two, so that slowly growing events do not allocate every time.
void JsonEvent::Reserve(size_t bytes) {
  if (bytes <= capacity_) return;
  const size_t capacity = std::bit_ceil(bytes < kFirstCapacity ? kFirstCapacity : bytes);
  buffer_.reset(new char[capacity + simdjson::SIMDJSON_PADDING]);
  capacity_ = capacity;
  if (parser_.allocate(capacity) != simdjson::SUCCESS) return;  // iterate() will say it again
}

void JsonEvent::ReleaseLargeBuffers() {
  if (capacity_ <= kKeptCapacity) return;
  document_ = JsonDocument();
  parser_ = simdjson::ondemand::parser();
  buffer_.reset();
  capacity_ = 0;
  std::string().swap(repaired_text_);
}

std::optional<std::string_view> JsonEvent::String(JsonValue value) {
  JsonKey raw;
  if (value.get_raw_json_string().get(raw) != simdjson::SUCCESS) return std::nullopt;
  return UnescapeInPlace(buffer_.get() + (raw.raw() - buffer_.get()), &repaired_);
}

bool IsWholeJson(JsonEvent& event, std::string_view text) {
  if (!event.Open(text)) return false;
  const bool walked = event.root_kind() == '{'
                          ? ForEachField(event.root(), [](JsonKey, JsonValue) { return true; })
                          : ForEachElement(event.root(), [](JsonValue) { return true; });
  return walked && event.AtEnd();
}

char KindOf(JsonValue value) {
  const std::string_view token = value.raw_json_token();
  return token.empty() ? '\0' : token.front();
}

bool IsString(JsonValue value, std::string_view text) {
  const std::string_view token = value.raw_json_token();
  return token.size() >= text.size() + 2 && token.front() == '"' &&
         token.substr(1, text.size()) == text && token[text.size() + 1] == '"';
}

std::optional<int64_t> LenientInt(JsonValue value) {
  std::string_view token = TrimBlanks(value.raw_json_token());
  if (token.size() >= 2 && token.front() == '"' && token.back() == '"') {
    token = TrimBlanks(token.substr(1, token.size() - 2));
  }
  const char* const end = token.data() + token.size();
  double number = 0;
  const auto [stop, error] = std::from_chars(token.data(), end, number);
  if (error != std::errc() || stop != end || !std::isfinite(number)) return std::nullopt;
  if (std::abs(number) > kMaxExactDouble || number != std::floor(number)) return std::nullopt;
  return static_cast<int64_t>(number);
}

std::optional<int64_t> CountElements(JsonValue array) {
  int64_t count = 0;
  const bool ok = ForEachElement(array, [&count](JsonValue) {
    ++count;
    return true;
  });
  return ok ? std::optional<int64_t>(count) : std::nullopt;
}

}  // namespace monsoon
