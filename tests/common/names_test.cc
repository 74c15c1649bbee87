// Names that are part of the formats of run.db and report.json: fixed, distinct, and reversible.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "common/model/agent_case.h"
#include "common/model/engine_type.h"
#include "common/model/error_class.h"
#include "common/model/request_record.h"

namespace monsoon {
namespace {

TEST(NamesTest, ErrorClassesAreReversibleAndDistinct) {
  std::set<std::string> names;
  for (int i = 0; i < kErrorClassCount; ++i) {
    const auto error_class = static_cast<ErrorClass>(i);
    names.emplace(ErrorClassName(error_class));
    EXPECT_EQ(ErrorClassFromName(ErrorClassName(error_class)), error_class);
  }
  EXPECT_EQ(names.size(), static_cast<size_t>(kErrorClassCount));
  EXPECT_EQ(ErrorClassName(ErrorClass::kErrorIn200Body), "error_in_200_body");
  EXPECT_EQ(ErrorClassName(ErrorClass::kBadPayload), "bad_payload");
  EXPECT_EQ(ErrorClassFromName("nonsense"), std::nullopt);
}

TEST(NamesTest, StatusesPhasesAndSources) {
  EXPECT_EQ(RequestStatusName(RequestStatus::kOk), "ok");
  EXPECT_EQ(RequestStatusName(RequestStatus::kFailed), "failed");
  EXPECT_EQ(RequestStatusName(RequestStatus::kCancelled), "cancelled");
  EXPECT_EQ(RequestStatusName(RequestStatus::kNotSent), "not_sent");
  EXPECT_EQ(RequestStatusName(RequestStatus::kLost), "lost");
  EXPECT_EQ(PhaseName(Phase::kWarmup), "warmup");
  EXPECT_EQ(PhaseName(Phase::kMeasure), "measure");
  EXPECT_EQ(TokenSourceName(TokenSource::kNone), "none");
  EXPECT_EQ(TokenSourceName(TokenSource::kUsage), "usage");
  EXPECT_EQ(TokenSourceName(TokenSource::kTokenizer), "tokenizer");
  EXPECT_EQ(TokenSourceName(TokenSource::kChunks), "chunks");
  EXPECT_EQ(RequestStatusFromName("lost"), RequestStatus::kLost);
  EXPECT_EQ(PhaseFromName("measure"), Phase::kMeasure);
  EXPECT_EQ(TokenSourceFromName("chunks"), TokenSource::kChunks);
  EXPECT_EQ(RequestStatusFromName("OK"), std::nullopt);
  EXPECT_EQ(PhaseFromName(""), std::nullopt);
  EXPECT_EQ(TokenSourceFromName("chunk"), std::nullopt);
}

TEST(NamesTest, EngineTypesAreFoundByName) {
  for (const std::string& name : EngineTypeNames()) {
    ASSERT_NE(FindEngineType(name), nullptr);
    EXPECT_EQ(FindEngineType(name)->name, name);
    ASSERT_FALSE(FindEngineType(name)->routes.empty());
    for (const EngineRoute& route : FindEngineType(name)->routes) {
      EXPECT_EQ(route.path.substr(0, 1), "/");
      EXPECT_EQ(FindEngineRoute(name, route.name), &route);
    }
    EXPECT_EQ(FindEngineRoute(name, ""), &FindEngineType(name)->routes.front());
  }
  EXPECT_EQ(FindEngineType("vLLM"), nullptr);
}

TEST(NamesTest, RequestIdIsRunCaseAndIndex) {
  EXPECT_EQ(RequestIdFor("20261122T143308Z-5f3a", 2, 17), "20261122T143308Z-5f3a.2.17");
}

TEST(NamesTest, NeverIsSmallerThanAnyStamp) {
  const RequestRecord record;
  EXPECT_EQ(record.dispatched_ns, kNever);
  EXPECT_LT(kNever, -int64_t{1} << 62);
  EXPECT_FALSE(record.has_flag(kFlagNoDone));
}

}  // namespace
}  // namespace monsoon
