#include "agent/core/engine/error_object.h"

#include "absl/strings/ascii.h"
#include <nlohmann/json.hpp>

#include "agent/core/engine/framing.h"
#include "agent/core/engine/utf8.h"
#include "agent/core/stream/sse_decoder.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxErrorBytes = 64 << 10;

// `json` with NaN, Infinity and -Infinity outside strings replaced by null.
std::string WithoutNonFinite(std::string_view json) {
  std::string out;
  bool in_string = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string && c == '\\' && i + 1 < json.size()) {
      out += c;
      out += json[++i];
      continue;
    }
    if (c == '"') in_string = !in_string;
    size_t length = 0;
    for (const std::string_view word : {"NaN", "-Infinity", "Infinity"}) {
      if (!in_string && json.substr(i, word.size()) == word) length = word.size();
    }
    if (length == 0) {
      out += c;
    } else {
      out += "null";
      i += length - 1;
    }
  }
  return out;
}

// A discarded value when `text` is no JSON.
Json Parse(std::string_view text) {
  std::string repaired;
  AppendRepairedUtf8(text, repaired);
  Json json = Json::parse(repaired, nullptr, /*allow_exceptions=*/false);
  if (!json.is_discarded()) return json;
  return Json::parse(WithoutNonFinite(repaired), nullptr, /*allow_exceptions=*/false);
}

std::string Dump(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool IsTruthy(const Json& value) {
  if (value.is_null()) return false;
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_number()) return value.get<double>() != 0;
  if (value.is_string()) return !value.get_ref<const std::string&>().empty();
  return !value.empty();
}

// A string as it is, a number or an object as JSON; "" for null and for what is not there.
std::string Text(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return "";
  if (found->is_string()) return found->get<std::string>();
  return Dump(*found);
}

bool IsText(const Json& object, const char* name, std::string_view text) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() &&
         found->get_ref<const std::string&>() == text;
}

ErrorObject FromMembers(const Json& object) {
  ErrorObject error{Text(object, "message"), Text(object, "type"), Text(object, "code")};
  if (error.code.empty()) error.code = Text(object, "http_status_code");
  if (error.code.empty()) error.code = Text(object, "status_code");
  if (error.message.empty()) error.message = Text(object, "msg");
  if (error.message.empty()) error.message = Excerpt(Dump(object));
  return error;
}

// The value of a member "error", with what its neighbours add.
ErrorObject FromErrorMember(const Json& value, const Json& parent) {
  ErrorObject error;
  if (value.is_object()) {
    error = FromMembers(value);
  } else if (value.is_string()) {
    error.message = value.get<std::string>();
  } else {
    error.message = Text(parent, "message");
    if (error.message.empty()) error.message = Excerpt(Dump(value));
  }
  if (error.type.empty()) error.type = Text(parent, "error_type");
  if (error.code.empty()) error.code = Text(parent, "code");
  return error;
}

// FastAPI: a sentence, a list of what did not validate, or an object.
ErrorObject FromDetail(const Json& detail) {
  if (detail.is_string()) return {detail.get<std::string>(), "", ""};
  if (detail.is_object()) {
    const auto inner = detail.find("error");
    return inner != detail.end() ? FromErrorMember(*inner, detail) : FromMembers(detail);
  }
  if (detail.is_array() && detail.front().is_object()) return FromMembers(detail.front());
  return {Excerpt(Dump(detail)), "", ""};
}

std::optional<ErrorObject> FindIn(const Json& object) {
  if (!object.is_object()) return std::nullopt;
  if (const auto error = object.find("error"); error != object.end() && IsTruthy(*error)) {
    return FromErrorMember(*error, object);
  }
  if (IsText(object, "object", "error")) return FromMembers(object);
  if (IsText(object, "type", "error")) {
    ErrorObject error = FromMembers(object);
    error.type.clear();
    return error;
  }
  const auto response = object.find("response");  // OpenAI Responses: response.failed
  if (response != object.end() && response->is_object() && response->contains("error") &&
      IsTruthy(response->at("error"))) {
    return FromErrorMember(response->at("error"), *response);
  }
  if (object.contains("choices")) return std::nullopt;
  if (IsText(object, "message", "") || !object.contains("message")) {
    const auto detail = object.find("detail");
    if (detail != object.end() && IsTruthy(*detail)) return FromDetail(*detail);
    return std::nullopt;
  }
  const auto code = object.find("code");  // DashScope
  if (code != object.end() && IsTruthy(*code)) return FromMembers(object);
  return std::nullopt;
}

// The data of the first event of a short SSE body.
class FirstPayload : public SseHandler {
 public:
  void OnSseEvent(const SseEvent& event) override {
    if (payload.empty()) payload = event.has_error ? event.error : event.data;
  }
  bool IsWholePayload(std::string_view) override { return true; }

  std::string payload;
};

std::string FirstSsePayload(std::string_view body) {
  SseDecoder decoder(kMaxErrorBytes);
  FirstPayload first;
  decoder.Feed(body, first);
  decoder.Finish(first);
  return first.payload;
}

std::string DescribeBody(std::string_view body) {
  body = TrimBlanks(body);
  if (body.empty()) return "";
  if (body.front() == '<') return DescribeHtml(body);
  if (const auto error = FindErrorObject(body); error.has_value()) return DescribeError(*error);
  if (body.front() != '{') {
    const std::string payload = FirstSsePayload(body);
    if (const auto error = FindErrorObject(payload); error.has_value()) {
      return DescribeError(*error);
    }
    if (!payload.empty()) return Excerpt(payload);
    return Excerpt(body);
  }
  const Json object = Parse(body);
  const std::string message = object.is_object() ? Text(object, "message") : "";
  return Excerpt(message.empty() ? body : std::string_view(message));
}

}  // namespace

std::optional<ErrorObject> FindErrorObject(std::string_view json) {
  json = TrimBlanks(json);
  if (json.empty() || (json.front() != '{' && json.front() != '[')) return std::nullopt;
  const Json root = Parse(json);
  if (!root.is_array()) return FindIn(root);
  for (const Json& element : root) {
    if (auto error = FindIn(element); error.has_value()) return error;
  }
  return std::nullopt;
}

std::string DescribeError(const ErrorObject& error) {
  std::string out = error.message;
  if (error.type.empty() && error.code.empty()) return out;
  const std::string_view separator = error.type.empty() || error.code.empty() ? "" : ", ";
  const std::string code = error.code.empty() ? "" : StrCat("code ", error.code);
  return StrCat(out, " (", error.type, separator, code, ")");
}

std::string DescribeHttpError(int http_status, std::string_view body) {
  const std::string said = DescribeBody(body);
  if (said.empty()) return StrCat("HTTP ", http_status, " with an empty body");
  return StrCat("HTTP ", http_status, ": ", said);
}

std::string DescribeHtml(std::string_view html) {
  const std::string lower = absl::AsciiStrToLower(ToAbsl(html));
  const size_t open = lower.find("<title");
  const size_t begin = open == std::string::npos ? open : lower.find('>', open);
  const size_t end = begin == std::string::npos ? begin : lower.find("</title", begin);
  if (end == std::string::npos) return StrCat("an HTML page: ", Excerpt(html));
  return StrCat("an HTML page: ", Excerpt(html.substr(begin + 1, end - begin - 1)));
}

}  // namespace monsoon
