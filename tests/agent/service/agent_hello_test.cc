// Who may speak to an agent, and how a conversation begins.
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "agent/io/service/health_check.h"
#include "common/base/str_cat.h"
#include "common/version.h"
#include "common/wire/protocol.h"
#include "tests/agent/service/service_fixture.h"

namespace monsoon {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class AgentHelloTest : public ServiceTest {};

TEST_F(AgentHelloTest, WelcomesARun) {
  RawControl control(port());
  control.Hello(v1::Hello::PURPOSE_RUN);
  const v1::Welcome welcome = control.Await(Kind::kWelcome).welcome();
  EXPECT_EQ(welcome.protocol_version(), kProtocolVersion);
  EXPECT_EQ(welcome.agent_version(), kVersion);
  EXPECT_EQ(welcome.hostname(), "host");
  EXPECT_EQ(welcome.name(), "host") << "no other was given";
  EXPECT_FALSE(welcome.resumed());
  EXPECT_EQ(welcome.instance_id(), "instance");
  EXPECT_EQ(welcome.epoch(), 1u);
  EXPECT_EQ(welcome.limits().load_threads(), 2u);
  EXPECT_GT(welcome.limits().max_concurrency(), 0u);
  EXPECT_EQ(welcome.limits().item_cache_bytes(), uint64_t{1} << 30);
  EXPECT_EQ(welcome.limits().max_queued_work(), uint64_t{1} << 18);
  EXPECT_THAT(welcome.engine_types(), Contains("vllm"));
  EXPECT_FALSE(welcome.busy());
  EXPECT_TRUE(control.Close().ok());
}

TEST_F(AgentHelloTest, AnotherProtocolVersionIsRefusedNamingBoth) {
  RawControl control(port());
  v1::ControlRequest request;
  request.mutable_hello()->set_protocol_version(7);
  request.mutable_hello()->set_controller_version("9.9.9");
  request.mutable_hello()->set_purpose(v1::Hello::PURPOSE_RUN);
  control.Send(request);
  const v1::Refusal refusal = control.Await(Kind::kRefusal).refusal();
  EXPECT_EQ(refusal.code(), v1::Refusal::CODE_PROTOCOL_VERSION);
  EXPECT_EQ(refusal.protocol_version(), kProtocolVersion);
  EXPECT_THAT(refusal.message(), HasSubstr("9.9.9"));
  EXPECT_THAT(refusal.message(), HasSubstr("protocol 7"));
  EXPECT_THAT(refusal.message(), HasSubstr(StrCat("protocol ", kProtocolVersion)));
  EXPECT_FALSE(control.Read()) << "nothing else is sent";

  BeginRun();  // and the agent is still free
}

TEST_F(AgentHelloTest, TheFirstMessageIsHello) {
  RawControl control(port());
  control.Recall(1);
  EXPECT_EQ(control.Await(Kind::kRefusal).refusal().code(), v1::Refusal::CODE_BAD_MESSAGE);
  EXPECT_FALSE(control.Read());
}

TEST_F(AgentHelloTest, InspectionIsAlwaysWelcomeAndMayOnlyPing) {
  BeginRun();
  RawControl inspector(port());
  inspector.Hello(v1::Hello::PURPOSE_INSPECT);
  const v1::Welcome welcome = inspector.Await(Kind::kWelcome).welcome();
  EXPECT_TRUE(welcome.busy());
  EXPECT_EQ(welcome.run_id(), "run");
  EXPECT_FALSE(welcome.draining());
  EXPECT_EQ(welcome.epoch(), welcome_.epoch());
  for (uint64_t id = 1; id <= 2; ++id) {
    v1::ControlRequest ping;
    ping.mutable_ping()->set_id(id);
    ping.mutable_ping()->set_sent_controller_ns(100 + static_cast<int64_t>(id));
    const int64_t before_ns = clock_.MonotonicNs();
    inspector.Send(ping);
    const v1::Pong pong = inspector.Await(Kind::kPong).pong();
    EXPECT_EQ(pong.id(), id);
    EXPECT_EQ(pong.sent_controller_ns(), 100 + static_cast<int64_t>(id));
    EXPECT_GE(pong.received_agent_ns(), before_ns);
    EXPECT_GE(pong.sent_agent_ns(), pong.received_agent_ns());
    EXPECT_LE(pong.sent_agent_ns(), clock_.MonotonicNs());
  }
  inspector.Recall(1);
  EXPECT_EQ(inspector.Await(Kind::kRefusal).refusal().code(), v1::Refusal::CODE_BAD_MESSAGE);
}

TEST_F(AgentHelloTest, EndRunFreesTheAgent) {
  BeginRun();
  control_->EndRun();
  EXPECT_TRUE(control_->Close().ok());
  EXPECT_FALSE(data_->Finish().ok()) << "it has been broken off";
  BeginRun();
  EXPECT_EQ(welcome_.epoch(), 2u);
}

TEST_F(AgentHelloTest, ARunsIdMayBePartOfAHeader) {
  for (const std::string& id : {std::string(), std::string("a\r\nX-Evil: 1"), std::string("a b"),
                                std::string("a.b"), std::string(65, 'a')}) {
    RawControl control(port());
    v1::ControlRequest request;
    request.mutable_hello()->set_protocol_version(kProtocolVersion);
    request.mutable_hello()->set_purpose(v1::Hello::PURPOSE_RUN);
    request.mutable_hello()->set_run_id(id);
    control.Send(request);
    const v1::Refusal refusal = control.Await(Kind::kRefusal).refusal();
    EXPECT_EQ(refusal.code(), v1::Refusal::CODE_BAD_MESSAGE) << id;
    EXPECT_THAT(refusal.message(), HasSubstr("letters, digits"));
  }
  BeginRun();
}

TEST_F(AgentHelloTest, ALeaseHasALimit) {
  RawControl control(port());
  control.Hello(v1::Hello::PURPOSE_RUN, 600'001);
  EXPECT_THAT(control.Await(Kind::kRefusal).refusal().message(), HasSubstr("at most 600 s"));
  RawControl another(port());
  another.Hello(v1::Hello::PURPOSE_RUN, 600'000);
  another.Await(Kind::kWelcome);
}

TEST_F(AgentHelloTest, VisitorsAreCountedAndTheRunIsNot) {
  BeginRun();
  std::vector<std::unique_ptr<RawControl>> visitors;
  for (int i = 0; i < Doorkeeper::kMaxVisitors; ++i) {
    visitors.push_back(std::make_unique<RawControl>(port()));
    visitors.back()->Hello(v1::Hello::PURPOSE_INSPECT);
    visitors.back()->Await(Kind::kWelcome);
  }
  RawControl one_more(port());
  one_more.Hello(v1::Hello::PURPOSE_INSPECT);
  const v1::Refusal refusal = one_more.Await(Kind::kRefusal).refusal();
  EXPECT_EQ(refusal.code(), v1::Refusal::CODE_TOO_MANY);
  EXPECT_GT(refusal.retry_after_ms(), 0u);
  EXPECT_THAT(refusal.message(), HasSubstr("only look at it"));
  // Who goes makes room.
  visitors.pop_back();
  for (int i = 0; i < 100; ++i) {
    RawControl next(port());
    next.Hello(v1::Hello::PURPOSE_INSPECT);
    const std::optional<v1::ControlResponse> answer = next.Read();
    if (answer.has_value() && answer->has_welcome()) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  ADD_FAILURE() << "no room was made";
}

TEST_F(AgentHelloTest, WhoKnocksTooOftenIsToldToWait) {
  bool told = false;
  for (int i = 0; i < 5000 && !told; ++i) {
    RawControl visitor(port());
    visitor.Hello(v1::Hello::PURPOSE_INSPECT);
    const std::optional<v1::ControlResponse> answer = visitor.Read();
    if (!answer.has_value()) continue;
    told =
        answer->has_refusal() && answer->refusal().message().find("too often") != std::string::npos;
    visitor.Cancel();
  }
  EXPECT_TRUE(told);
}

TEST_F(AgentHelloTest, TwoAgentsDoNotShareAPort) {
  const auto second = AgentServer::Start({}, "127.0.0.1:" + std::to_string(port()), &clock_);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr(std::to_string(port())));
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("--listen"));
}

TEST_F(AgentHelloTest, TwoAgentsDoNotShareASocketAndTheFileOfADeadOneIsNoHindrance) {
  const std::string path = StrCat(::testing::TempDir(), "monsoon-", getpid(), ".socket");
  auto first = AgentServer::Start({}, "unix:" + path, &clock_);
  ASSERT_TRUE(first.ok()) << first.status();
  const auto second = AgentServer::Start({}, "unix:" + path, &clock_);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr(path));
  EXPECT_TRUE(*CheckHealth("unix:" + path, {}, 5 * kNsPerS)) << "the first one has its socket";
  first->reset();
  const int dead = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  unlink(path.c_str());
  ASSERT_EQ(bind(dead, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  close(dead);
  EXPECT_TRUE(AgentServer::Start({}, "unix:" + path, &clock_).ok());
}

TEST_F(AgentHelloTest, ShutdownEndsTheRunSoon) {
  BeginRun();
  const int64_t before_ns = clock_.MonotonicNs();
  server_->Shutdown();
  EXPECT_LT(clock_.MonotonicNs() - before_ns, 3 * kNsPerS);
  EXPECT_FALSE(control_->Read());
}

}  // namespace
}  // namespace monsoon
