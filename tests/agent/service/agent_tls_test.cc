// Who is let in over TLS: every call of the service asks, and certificates may change meanwhile.
#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <grpcpp/generic/generic_stub.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "agent/io/service/agent_server.h"
#include "common/base/str_cat.h"
#include "common/time/steady_clock.h"
#include "monsoon/v1/agent.grpc.pb.h"
#include "tests/common/tls/made_certificate.h"

namespace monsoon {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class AgentTlsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "agent_tls_XXXXXX";
    folder_ = mkdtemp(pattern.data());
    agent_ = Make("DNS:localhost");
    listed_ = Make("DNS:listed.test,URI:spiffe://listed/one");
    unlisted_ = Make("DNS:unlisted.test");
    Install(agent_, listed_.cert_pem + unlisted_.cert_pem);
  }
  ~AgentTlsTest() override {
    server_ = nullptr;
    std::filesystem::remove_all(folder_);
  }

  MadeCertificate Make(const std::string& names) const {
    const int64_t now_s = clock_.WallNs() / kNsPerS;
    return MakeCertificate(names, now_s - 3600, now_s + 3600);
  }

  // Each file at once.
  void Install(const MadeCertificate& own, const std::string& authorities) const {
    const auto put = [this](const std::string& name, const std::string& content) {
      const std::string path = StrCat(folder_, "/", name);
      std::ofstream(path + ".new") << content;
      chmod((path + ".new").c_str(), 0600);
      std::filesystem::rename(path + ".new", path);
    };
    put("cert.pem", own.cert_pem);
    put("cert.key", own.key_pem);
    put("ca.pem", authorities);
  }

  void StartAgent(const std::vector<std::string>& controllers) {
    AgentOptions options{.hostname = "host", .instance_id = "instance"};
    options.tls.emplace();
    options.tls->files = {folder_ + "/cert.pem", folder_ + "/cert.key", folder_ + "/ca.pem"};
    options.tls->controllers = ControllerList::Parse(controllers).value();
    options.tls->tell = [this](const std::string&) { ++told_; };
    auto server = AgentServer::Start(options, "127.0.0.1:0", &clock_);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  std::shared_ptr<grpc::Channel> ChannelOf(const MadeCertificate& own,
                                           const MadeCertificate& agent) const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetSslTargetNameOverride("localhost");
    return grpc::CreateCustomChannel(StrCat("ipv4:127.0.0.1:", server_->port()),
                                     grpc::SslCredentials({.pem_root_certs = agent.cert_pem,
                                                           .pem_private_key = own.key_pem,
                                                           .pem_cert_chain = own.cert_pem}),
                                     arguments);
  }

  // How a call of this method ends when the caller sends nothing.
  static grpc::Status Call(const std::shared_ptr<grpc::Channel>& channel,
                           const std::string& method) {
    grpc::GenericStub stub(channel);
    grpc::CompletionQueue queue;
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    const auto call = stub.PrepareCall(&context, method, &queue);
    grpc::Status status;
    void* tag = nullptr;
    bool ok = false;
    call->StartCall(&context);
    queue.Next(&tag, &ok);
    call->WritesDone(&context);
    queue.Next(&tag, &ok);
    call->Finish(&status, &context);
    queue.Next(&tag, &ok);
    queue.Shutdown();
    return status;
  }

  SteadyClock clock_;
  std::string folder_;
  MadeCertificate agent_;
  MadeCertificate listed_;
  MadeCertificate unlisted_;
  std::atomic<int> told_{0};
  std::unique_ptr<AgentServer> server_;
};

TEST_F(AgentTlsTest, EveryMethodAsksWhoCalls) {
  StartAgent({"listed.test"});
  const auto stranger = ChannelOf(unlisted_, agent_);
  const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
      "monsoon.v1.AgentService");
  ASSERT_NE(service, nullptr);
  ASSERT_GE(service->method_count(), 2);
  for (int i = 0; i < service->method_count(); ++i) {
    const std::string method = StrCat("/monsoon.v1.AgentService/", service->method(i)->name());
    const grpc::Status status = Call(stranger, method);
    if (status.error_code() == grpc::StatusCode::UNIMPLEMENTED) continue;
    EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED) << method;
    EXPECT_THAT(status.error_message(),
                AllOf(HasSubstr("DNS:unlisted.test"), HasSubstr("--allow-controller")));
  }
  const auto friendly = ChannelOf(listed_, agent_);
  EXPECT_TRUE(Call(friendly, "/monsoon.v1.AgentService/Control").ok());
}

TEST_F(AgentTlsTest, AUriIsAnIdentityToo) {
  StartAgent({"spiffe://listed/one"});
  EXPECT_TRUE(Call(ChannelOf(listed_, agent_), "/monsoon.v1.AgentService/Control").ok());
}

TEST_F(AgentTlsTest, NewFilesServeNewConnections) {
  StartAgent({"listed.test"});
  const auto before = ChannelOf(listed_, agent_);
  EXPECT_TRUE(Call(before, "/monsoon.v1.AgentService/Control").ok());
  const MadeCertificate renewed = Make("DNS:localhost");
  Install(renewed, listed_.cert_pem);
  for (int i = 0; i < 200 && told_ == 0; ++i) absl::SleepFor(absl::Milliseconds(50));
  // The files are replaced one by one: what is told first may be of a mixture.
  grpc::Status status;
  for (int i = 0; i < 20; ++i) {
    status = Call(ChannelOf(listed_, renewed), "/monsoon.v1.AgentService/Control");
    if (status.ok()) break;
    absl::SleepFor(absl::Milliseconds(250));
  }
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_FALSE(Call(ChannelOf(listed_, agent_), "/monsoon.v1.AgentService/Control").ok());
  EXPECT_FALSE(Call(ChannelOf(unlisted_, renewed), "/monsoon.v1.AgentService/Control").ok());
  EXPECT_TRUE(Call(before, "/monsoon.v1.AgentService/Control").ok()) << "it is open already";
}

TEST_F(AgentTlsTest, WhatWillNotDoIsRefusedAtTheStart) {
  std::filesystem::remove(folder_ + "/cert.key");
  AgentOptions options;
  options.tls.emplace();
  options.tls->files = {folder_ + "/cert.pem", folder_ + "/cert.key", folder_ + "/ca.pem"};
  const auto server = AgentServer::Start(options, "127.0.0.1:0", &clock_);
  EXPECT_EQ(server.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(server.status().message()), HasSubstr("cert.key cannot be read"));
}

}  // namespace
}  // namespace monsoon
