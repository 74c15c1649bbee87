// Where a custom engine's body has a place for max_tokens, and what is refused where it has none.
#include "common/model/length_place.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>

namespace monsoon {
namespace {

std::string Problem(const std::string& body_json, std::optional<int64_t> max_tokens) {
  const absl::Status status =
      CheckLengthPlace({.body_json = body_json}, {.max_tokens = max_tokens});
  return std::string(status.message());
}

TEST(LengthPlace, AWholeStringThatIsAValue) {
  for (const char* body : {R"({"n":"%n"})", R"({"a":[1,{"n":"{max_tokens}"}]})",
                           R"({"%n":1,"b": "%n" })", R"(["%n"])"}) {
    EXPECT_TRUE(HasLengthPlace(body)) << body;
    EXPECT_EQ(Problem(body, 64), "") << body;
  }
}

TEST(LengthPlace, WithoutOneOnlyTheDefaultIsLeftOut) {
  for (const char* body :
       {R"({"n":64})", R"({"%n":1})", R"({"{max_tokens}" :"x"})", R"({"n":"%n tokens"})",
        R"({"n":"say \"%n"})", R"({"n":"say \"%n\""})"}) {
    EXPECT_FALSE(HasLengthPlace(body)) << body;
    EXPECT_EQ(Problem(body, 64),
              "sampling.max_tokens is 64, and the custom engine's body has no place for it; put "
              "\"%n\" there, where its limit of output tokens goes, or leave max_tokens out and "
              "write the number into the body")
        << body;
    EXPECT_EQ(Problem(body, 512), "") << body;
    EXPECT_EQ(Problem(body, std::nullopt), "") << body;
  }
  EXPECT_EQ(Problem("", 64), "");
}

}  // namespace
}  // namespace monsoon
