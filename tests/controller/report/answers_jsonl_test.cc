#include "controller/core/report/answers_jsonl.h"

#include <gtest/gtest.h>

namespace monsoon {
namespace {

TEST(AnswersJsonlTest, PiecesOfOneChannelAreJoined) {
  std::string out = "before\n";
  AppendAnswerLine({.case_name = "m/d/c1/\"e\"",
                    .request_id = "r.0.7",
                    .parts = {{"reasoning", "let me"},
                              {"content", "季\n"},
                              {"reasoning", " see"},
                              {"content", "\xF0\x9F\x8C\xA7"}}},
                   out);
  EXPECT_EQ(out,
            "before\n"
            R"({"case":"m/d/c1/\"e\"","request_id":"r.0.7","reasoning":"let me see",)"
            "\"content\":\"季\\n\xF0\x9F\x8C\xA7\"}\n");
}

TEST(AnswersJsonlTest, WhatIsNotUtf8IsRepaired) {
  std::string out;
  AppendAnswerLine({.case_name = "c", .request_id = "r", .parts = {{"content", "a\xFFz"}}}, out);
  EXPECT_EQ(out, "{\"case\":\"c\",\"request_id\":\"r\",\"content\":\"a\xEF\xBF\xBDz\"}\n");
}

}  // namespace
}  // namespace monsoon
