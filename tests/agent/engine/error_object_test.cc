#include "agent/core/engine/error_object.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace monsoon {
namespace {

std::optional<ErrorObject> Found(std::string message, std::string type, std::string code) {
  return ErrorObject{std::move(message), std::move(type), std::move(code)};
}

// One line per shape of the wire-protocol reference, section 1.6.
TEST(ErrorObject, EveryShape) {
  EXPECT_EQ(FindErrorObject(R"({"error":{"message":"m","type":"t","param":null,"code":400}})"),
            Found("m", "t", "400"));
  EXPECT_EQ(FindErrorObject(R"({"error":{"message":"m","type":"t","code":"rate_limit"}})"),
            Found("m", "t", "rate_limit"));
  EXPECT_EQ(FindErrorObject(R"({"error":{"message":"m","http_status_code":422}})"),
            Found("m", "", "422"));
  EXPECT_EQ(FindErrorObject(R"({"error":"text"})"), Found("text", "", ""));
  EXPECT_EQ(FindErrorObject(R"({"error":"text","error_type":"overloaded"})"),
            Found("text", "overloaded", ""));
  EXPECT_EQ(
      FindErrorObject(
          R"({"object":"error","message":"m","type":"BadRequestError","param":null,"code":400})"),
      Found("m", "BadRequestError", "400"));
  EXPECT_EQ(
      FindErrorObject(
          R"({"message":"m","type":"invalid_request_error","code":400,"param":null,"object":"error"})"),
      Found("m", "invalid_request_error", "400"));
  EXPECT_EQ(
      FindErrorObject(R"({"type":"error","error":{"type":"overloaded_error","message":"m"}})"),
      Found("m", "overloaded_error", ""));
  EXPECT_EQ(
      FindErrorObject(
          R"({"type":"error","code":"server_error","message":"m","param":null,"sequence_number":3})"),
      Found("m", "", "server_error"));
  EXPECT_EQ(
      FindErrorObject(
          R"({"type":"response.failed","response":{"error":{"code":"server_error","message":"m"}}})"),
      Found("m", "", "server_error"));
  EXPECT_EQ(FindErrorObject(R"({"code":"Throttling","message":"m","request_id":"r"})"),
            Found("m", "", "Throttling"));
  EXPECT_EQ(FindErrorObject(R"({"detail":"Not Found"})"), Found("Not Found", "", ""));
  EXPECT_EQ(
      FindErrorObject(R"({"detail":[{"loc":["body"],"msg":"field required","type":"missing"}]})"),
      Found("field required", "missing", ""));
  EXPECT_EQ(FindErrorObject(R"({"detail":{"error":{"message":"m","type":"t"}}})"),
            Found("m", "t", ""));
}

TEST(ErrorObject, OddValues) {
  EXPECT_EQ(FindErrorObject(R"({"error":true})"), Found("true", "", ""));
  EXPECT_EQ(FindErrorObject(R"({"error":["a"]})"), Found(R"(["a"])", "", ""));
  EXPECT_EQ(FindErrorObject(R"({"error":{"why":"x"}})"), Found(R"({"why":"x"})", "", ""));
  EXPECT_EQ(FindErrorObject(R"({"error":{"message":{"a":1},"code":null}})"),
            Found(R"({"a":1})", "", ""));
  EXPECT_EQ(FindErrorObject("{\"error\":\"a\xFF\"}"), Found("a\xEF\xBF\xBD", "", ""));
}

TEST(ErrorObject, OnlyTruthyErrorsAreErrors) {
  for (const char* json :
       {"", "[]", "{}", "text", R"({"error":null})", R"({"error":false})", R"({"error":""})",
        R"({"error":0})", R"({"error":{}})", R"({"error":[]})", R"({"detail":null})",
        R"({"object":"chat.completion","choices":[]})", R"({"message":"hello"})",
        R"({"code":0,"message":"hello"})", R"({"choices":[],"message":"m","code":"c"})",
        R"({"response":{"error":null,"status":"completed"}})", R"({"error": broken)"}) {
    EXPECT_EQ(FindErrorObject(json), std::nullopt) << json;
  }
}

TEST(ErrorObject, Descriptions) {
  EXPECT_EQ(DescribeError({"m", "", ""}), "m");
  EXPECT_EQ(DescribeError({"m", "T", ""}), "m (T)");
  EXPECT_EQ(DescribeError({"m", "", "5"}), "m (code 5)");
  EXPECT_EQ(DescribeError({"m", "T", "5"}), "m (T, code 5)");
}

TEST(ErrorObject, HttpBodies) {
  EXPECT_EQ(DescribeHttpError(404, R"({"message":"no route"})"), "HTTP 404: no route");
  EXPECT_EQ(DescribeHttpError(400, "{broken"), "HTTP 400: {broken");
  EXPECT_EQ(DescribeHttpError(502, "<h1>Bad\n gateway</h1>"),
            "HTTP 502: an HTML page: <h1>Bad gateway</h1>");
  EXPECT_EQ(DescribeHttpError(500, "data: not json\n\n"), "HTTP 500: not json");
  EXPECT_EQ(DescribeHttpError(500, "two\nlines\x01"), "HTTP 500: two lines");
}

}  // namespace
}  // namespace monsoon
