// An agent of another protocol version: answers Hello as such a program would, and nothing else.
//
//   future_agent --refuse|--welcome PORT_FILE
//
// --refuse: it looks at the controller's version and refuses, as our agent does. --welcome: it does
// not look, and only its Welcome says which version it speaks. Ends on SIGTERM.
#include <grpcpp/grpcpp.h>
#include <signal.h>

#include <fstream>
#include <iostream>
#include <string>

#include "monsoon/v1/agent.grpc.pb.h"

namespace {

constexpr uint32_t kFutureVersion = 99;

class FutureAgent final : public monsoon::v1::AgentService::Service {
 public:
  explicit FutureAgent(bool refuse) : refuse_(refuse) {}

  grpc::Status Control(grpc::ServerContext*,
                       grpc::ServerReaderWriter<monsoon::v1::ControlResponse,
                                                monsoon::v1::ControlRequest>* stream) override {
    monsoon::v1::ControlRequest request;
    if (!stream->Read(&request)) return grpc::Status::OK;
    monsoon::v1::ControlResponse response;
    if (refuse_) {
      response.mutable_refusal()->set_code(monsoon::v1::Refusal::CODE_PROTOCOL_VERSION);
      response.mutable_refusal()->set_protocol_version(kFutureVersion);
      response.mutable_refusal()->set_message("the controller speaks protocol " +
                                              std::to_string(request.hello().protocol_version()) +
                                              ", this agent speaks protocol 99");
    } else {
      response.mutable_welcome()->set_protocol_version(kFutureVersion);
      response.mutable_welcome()->set_agent_version("9.9.9");
    }
    stream->Write(response);
    while (!refuse_ && stream->Read(&request)) {
    }
    return grpc::Status::OK;
  }

 private:
  const bool refuse_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: future_agent --refuse|--welcome PORT_FILE\n";
    return 2;
  }
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  FutureAgent service(std::string(argv[1]) == "--refuse");
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return 1;
  const std::string temporary = std::string(argv[2]) + ".tmp";
  std::ofstream(temporary) << port << "\n";
  if (rename(temporary.c_str(), argv[2]) != 0) return 1;
  int signal = 0;
  sigwait(&signals, &signal);
  server->Shutdown(std::chrono::system_clock::now());
  return 0;
}
