// Property: whatever an agent says, the controller takes it as an event or refuses it with a
// sentence; and a record that was taken goes back to the wire and is taken again, unchanged.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/model/gap_codec.h"
#include "common/wire/convert_probe.h"
#include "common/wire/convert_record.h"
#include "controller/core/preflight/judge_probe.h"
#include "controller/io/agents/agent_events.h"
#include "tests/fuzz/protocol_input.h"

namespace monsoon {
namespace {

constexpr size_t kMaxMessages = 64;

template <typename T>
bool Taken(const absl::StatusOr<T>& read) {
  if (!read.ok() && read.status().message().empty()) std::abort();
  return read.ok();
}

void HearRecord(const v1::RequestRecord& proto) {
  const absl::StatusOr<RequestRecord> record = FromProto(proto);
  if (!Taken(record)) return;
  Taken(DecodeGaps(record->gaps));
  v1::RequestRecord back;
  ToProto(*record, &back);
  const absl::StatusOr<RequestRecord> again = FromProto(back);
  v1::RequestRecord twice;
  if (!again.ok()) std::abort();
  ToProto(*again, &twice);
  if (twice.SerializeAsString() != back.SerializeAsString()) std::abort();
}

void HearControl(std::string_view bytes) {
  v1::ControlResponse response;
  if (!response.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
  if (response.has_progress()) ToEvent(response.progress());
  if (response.has_case_done()) Taken(ToEvent(response.case_done()));
  if (!response.has_probed()) return;
  const absl::StatusOr<ProbeResult> probed = FromProto(response.probed());
  if (!Taken(probed)) return;
  for (const char* type : {"openai", "vllm", "triton"}) {
    const ProbeVerdict verdict =
        JudgeProbe({.engine = "e", .type = type, .url = "http://h/v1", .model = "m"}, *probed);
    if (verdict.failure.size() > 100'000) std::abort();
  }
}

void HearData(std::string_view bytes) {
  v1::DataResponse response;
  if (!response.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
  for (const v1::RequestRecord& record : response.record_batch().records()) HearRecord(record);
}

}  // namespace
}  // namespace monsoon

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  for (const auto& [kind, bytes] : monsoon::SplitMessages(input, monsoon::kMaxMessages)) {
    kind % 2 == 0 ? monsoon::HearControl(bytes) : monsoon::HearData(bytes);
  }
  return 0;
}
