// Property: whatever a controller says, in whatever order, an agent's session takes it or ends the
// run with a sentence; it never crashes, hangs, or keeps what it should not.
//
// No gRPC: the messages go straight into the session. Nothing leaves the process but attempts to
// connect to a port of this machine where nobody listens: an engine's URL is replaced by that.
#include <sys/resource.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "agent/core/net/endpoint.h"
#include "agent/io/http/http_library.h"
#include "agent/io/service/agent_session.h"
#include "agent/io/spool/spool_store.h"
#include "common/model/item.h"
#include "common/time/steady_clock.h"
#include "common/wire/convert_case.h"
#include "tests/fuzz/protocol_input.h"

namespace monsoon {
namespace {

constexpr size_t kMaxMessages = 32;
constexpr char kNobody[] = "http://127.0.0.1:1/v1/chat/completions";

void Defuse(v1::Case& spec) {
  if (ParseEndpoint(spec.engine().url()).ok()) spec.mutable_engine()->set_url(kNobody);
}

// An id is a hash, which no fuzzer guesses: one that is left out is put in.
void FillId(v1::Item& item) {
  if (!item.id().empty()) return;
  item.set_id(ItemIdBytes(
      ComputeItemId(static_cast<ItemKind>(item.kind()), item.content(), item.output_tokens())));
}

absl::Status SayControl(AgentSession& session, std::string_view bytes) {
  v1::ControlRequest request;
  if (!request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::OkStatus();
  }
  if (request.has_prepare()) Defuse(*request.mutable_prepare()->mutable_case_spec());
  if (request.has_probe()) {
    Defuse(*request.mutable_probe()->mutable_case_spec());
    FillId(*request.mutable_probe()->mutable_item());
  }
  return session.OnControl(request);
}

absl::Status SayData(AgentSession& session, std::string_view bytes, std::string& last_id) {
  v1::DataRequest request;
  if (!request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::OkStatus();
  }
  if (request.has_items()) {
    for (v1::Item& item : *request.mutable_items()->mutable_items()) {
      FillId(item);
      last_id = item.id();
    }
  }
  if (request.has_work()) {
    for (v1::WorkEntry& entry : *request.mutable_work()->mutable_entries()) {
      if (entry.item_id().empty()) entry.set_item_id(last_id);
    }
  }
  return session.OnData(request);
}

void Check(std::string_view input) {
  static const AgentOptions options{.hostname = "fuzz",
                                    .instance_id = "fuzz",
                                    .load_threads = {.count = 1},
                                    .item_cache_bytes = 1 << 16,
                                    .max_queued_work = 64};
  static const SteadyClock clock;
  SpoolStore no_spools("", {}, &clock);
  ControlOutbox control_out;
  AgentSession session(&options, &clock, &no_spools, "run", 1, kNsPerS);
  if (!session
           .AttachControl(
               &control_out, [] {}, 0, v1::Welcome())
           .ok())
    std::abort();
  const absl::StatusOr<AgentSession::DataPass> data = session.AttachData([] {});
  if (!data.ok()) std::abort();
  std::string last_id(16, '\0');
  absl::Status status;
  for (const auto& [kind, bytes] : SplitMessages(input, kMaxMessages)) {
    status = kind % 2 == 0 ? SayControl(session, bytes) : SayData(session, bytes, last_id);
    if (!status.ok()) break;
  }
  // What ends a run goes to the user.
  if (!status.ok() && status.message().size() < 10) std::abort();
  session.DetachControl();
  session.DetachData(data->pass);
  session.Close("the input is over");
  if (!session.over()) std::abort();
}

}  // namespace
}  // namespace monsoon

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  // What a case may ask for is bounded by the descriptors there are.
  const rlimit few{.rlim_cur = 512, .rlim_max = 512};
  setrlimit(RLIMIT_NOFILE, &few);
  monsoon::InitialiseHttp();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  monsoon::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
