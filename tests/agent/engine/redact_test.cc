// An engine that repeats the key which it was sent.
#include "agent/core/engine/redact.h"

#include <gtest/gtest.h>

namespace monsoon {
namespace {

std::string Redacted(const EngineTarget& target, std::string text) {
  Redactor(target).Redact(text);
  return text;
}

TEST(RedactorTest, TheKeyIsTakenOutWhereverItStands) {
  EngineTarget target;
  target.api_key = Secret("sk-hunter2-hunter2");
  EXPECT_EQ(Redacted(target, "sk-hunter2-hunter2"), "<secret>");
  EXPECT_EQ(Redacted(target, "no: 'sk-hunter2-hunter2', nor sk-hunter2-hunter2sk-hunter2-hunter2"),
            "no: '<secret>', nor <secret><secret>");
  EXPECT_EQ(Redacted(target, "sk-hunter2?"), "sk-hunter2?") << "a part is not the key";
  EXPECT_EQ(Redacted(target, "no: sk-hunter2-h"), "no: <secret>") << "but for one that is cut";
  EXPECT_EQ(Redacted(target, "no: sk-hunt"), "no: sk-hunt");
  EXPECT_EQ(Redacted(target, ""), "");
}

TEST(RedactorTest, AHeaderMayHoldAKeyBehindAScheme) {
  EngineTarget target;
  target.headers = {{"X-Auth", "Bearer t0ps3cret"}, {"X-Two", "longer-t0ps3cret"}, {"X-Team", "a"}};
  EXPECT_EQ(Redacted(target, "a Bearer t0ps3cret, longer-t0ps3cret a"),
            "a Bearer <secret>, <secret> a");
}

TEST(RedactorTest, ShortWordsStay) {
  EngineTarget target;
  target.api_key = Secret("EMPTY");
  EXPECT_EQ(Redacted(target, "the list is EMPTY"), "the list is EMPTY");
}

}  // namespace
}  // namespace monsoon
