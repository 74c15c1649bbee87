#include "agent/io/service/health_server.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>

#include "agent/io/service/health_check.h"
#include "common/base/str_cat.h"
#include "common/time/clock.h"
#include "monsoon/v1/agent.grpc.pb.h"

namespace monsoon {
namespace {

using ::testing::HasSubstr;

absl::StatusOr<bool> Ask(const HealthServer& health) {
  return CheckHealth(StrCat("127.0.0.1:", health.port()), TlsFiles{}, 5 * kNsPerS);
}

TEST(HealthServerTest, SaysWhatItWasToldLast) {
  const auto health = HealthServer::Start("127.0.0.1:0");
  ASSERT_TRUE(health.ok()) << health.status();
  absl::StatusOr<bool> serving = Ask(**health);
  ASSERT_TRUE(serving.ok()) << serving.status();
  EXPECT_FALSE(*serving);
  (*health)->SetServing(true);
  serving = Ask(**health);
  ASSERT_TRUE(serving.ok()) << serving.status();
  EXPECT_TRUE(*serving);
  (*health)->SetServing(false);
  serving = Ask(**health);
  ASSERT_TRUE(serving.ok()) << serving.status();
  EXPECT_FALSE(*serving);
}

TEST(HealthServerTest, TakesNoCommands) {
  const auto health = HealthServer::Start("127.0.0.1:0");
  ASSERT_TRUE(health.ok()) << health.status();
  const auto stub = v1::AgentService::NewStub(grpc::CreateChannel(
      StrCat("127.0.0.1:", (*health)->port()), grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(5));
  const auto stream = stub->Control(&context);
  v1::ControlResponse answer;
  EXPECT_FALSE(stream->Read(&answer));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNIMPLEMENTED);
}

TEST(HealthServerTest, TellsThatAnAddressIsTaken) {
  const auto first = HealthServer::Start("127.0.0.1:0");
  ASSERT_TRUE(first.ok()) << first.status();
  const auto second = HealthServer::Start(StrCat("127.0.0.1:", (*first)->port()));
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("--health-listen"));
}

}  // namespace
}  // namespace monsoon
