#include "tests/tools/relay/relay_commands.h"

#include <optional>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "common/time/duration_text.h"

namespace monsoon {
namespace {

using Words = std::vector<std::string>;

absl::Status Expected(const std::string& what) {
  return absl::InvalidArgumentError(StrCat("expected: ", what));
}

absl::StatusOr<std::vector<Way>> ReadWays(const std::string& word) {
  if (word == "up") return std::vector<Way>{Way::kUp};
  if (word == "down") return std::vector<Way>{Way::kDown};
  if (word == "both") return std::vector<Way>{Way::kUp, Way::kDown};
  return Expected("up, down or both");
}

absl::StatusOr<EndHow> ReadHow(const std::string& word) {
  if (word == "rst") return EndHow::kRst;
  if (word == "fin") return EndHow::kFin;
  if (word == "blackhole") return EndHow::kBlackhole;
  return Expected("rst, fin or blackhole");
}

absl::StatusOr<int64_t> ReadCount(const std::string& word) {
  int64_t count = 0;
  if (!absl::SimpleAtoi(word, &count) || count < 0) return Expected("a number from 0 on");
  return count;
}

absl::Status Delay(Relay& relay, const Words& words) {
  if (words.size() < 3 || words.size() > 4) return Expected("delay up|down|both TIME [JITTER]");
  ASSIGN_OR_RETURN(const std::vector<Way> ways, ReadWays(words[1]));
  ASSIGN_OR_RETURN(const int64_t delay_ns, ParseDurationNs(words[2]));
  int64_t jitter_ns = 0;
  if (words.size() == 4) {
    ASSIGN_OR_RETURN(jitter_ns, ParseDurationNs(words[3]));
  }
  for (const Way way : ways) {
    LaneConditions conditions = relay.conditions(way);
    conditions.delay_ns = delay_ns;
    conditions.jitter_ns = jitter_ns;
    relay.SetConditions(way, conditions);
  }
  return absl::OkStatus();
}

absl::Status Rate(Relay& relay, const Words& words) {
  if (words.size() != 3) return Expected("rate up|down|both BYTES_PER_S");
  ASSIGN_OR_RETURN(const std::vector<Way> ways, ReadWays(words[1]));
  ASSIGN_OR_RETURN(const int64_t bytes_per_s, ReadCount(words[2]));
  for (const Way way : ways) {
    LaneConditions conditions = relay.conditions(way);
    conditions.bytes_per_s = bytes_per_s;
    relay.SetConditions(way, conditions);
  }
  return absl::OkStatus();
}

absl::Status CutLine(Relay& relay, const Words& words) {
  if (words.size() < 4 || words.size() > 5 || words[1] == "both") {
    return Expected("cut up|down BYTES rst|fin|blackhole [CONNECTION]");
  }
  ASSIGN_OR_RETURN(const std::vector<Way> ways, ReadWays(words[1]));
  ASSIGN_OR_RETURN(const int64_t bytes, ReadCount(words[2]));
  ASSIGN_OR_RETURN(const EndHow how, ReadHow(words[3]));
  int64_t connection = 0;
  if (words.size() == 5) {
    ASSIGN_OR_RETURN(connection, ReadCount(words[4]));
  }
  relay.CutAfter(ways.front(), static_cast<uint64_t>(bytes), how, static_cast<int>(connection));
  return absl::OkStatus();
}

absl::Status Hold(Relay& relay, const Words& words, int64_t now_ns) {
  if (words.size() > 2) return Expected("hold [TIME]");
  if (words.size() == 1) {
    relay.Hold(0);
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const int64_t time_ns, ParseDurationNs(words[1]));
  relay.Hold(now_ns + time_ns);
  return absl::OkStatus();
}

absl::Status Obey(Relay& relay, const Words& words, int64_t now_ns) {
  const std::string& verb = words[0];
  if (verb == "delay") return Delay(relay, words);
  if (verb == "rate") return Rate(relay, words);
  if (verb == "cut") return CutLine(relay, words);
  if (verb == "hold") return Hold(relay, words, now_ns);
  if (verb == "heal" && words.size() == 1) {
    relay.Heal();
    return absl::OkStatus();
  }
  if (verb == "end" && words.size() == 2) {
    ASSIGN_OR_RETURN(const EndHow how, ReadHow(words[1]));
    relay.EndAll(how);
    return absl::OkStatus();
  }
  if (verb == "refuse" && words.size() == 2 && (words[1] == "on" || words[1] == "off")) {
    return relay.Refuse(words[1] == "on");
  }
  return Expected("delay, rate, cut, end, hold, heal, refuse on|off or status");
}

}  // namespace

absl::StatusOr<std::string> ObeyRelayCommand(Relay& relay, std::string_view line, int64_t now_ns) {
  const Words words = absl::StrSplit(ToAbsl(line), ' ', absl::SkipWhitespace());
  if (words.empty()) return absl::InvalidArgumentError("an empty line");
  if (words[0] == "status") {
    const Relay::Totals totals = relay.totals();
    return StrCat("accepted=", totals.accepted, " open=", totals.open, " cuts=", totals.cuts,
                  " up=", totals.bytes[0], " down=", totals.bytes[1]);
  }
  RETURN_IF_ERROR(Obey(relay, words, now_ns));
  return std::string("ok");
}

}  // namespace monsoon
