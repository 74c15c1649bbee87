// The words with which a test steers a relay, one command a line:
//
//   delay up|down|both TIME [JITTER]       rate up|down|both BYTES_PER_S     (0: no limit)
//   cut up|down BYTES rst|fin|blackhole [CONNECTION]
//   end rst|fin|blackhole                  every connection, at once
//   hold [TIME]                            forward nothing, for so long or until heal
//   heal
//   refuse on|off                          new connections
//   status                                 answers: accepted=N open=N cuts=N up=BYTES down=BYTES
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "tests/tools/relay/relay.h"

namespace monsoon {

// The answer, without a line's end: "ok" or what was asked for. INVALID_ARGUMENT says what was
// expected.
absl::StatusOr<std::string> ObeyRelayCommand(Relay& relay, std::string_view line, int64_t now_ns);

}  // namespace monsoon
