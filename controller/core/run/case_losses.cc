#include "controller/core/run/case_losses.h"

#include "absl/strings/str_format.h"

#include "common/base/str_cat.h"
#include "common/time/clock.h"

namespace monsoon {
namespace {

std::string Requests(int64_t count) { return StrCat(count, count == 1 ? " request" : " requests"); }

std::string Lost(int64_t requests) {
  if (requests == 0) return "nothing that it held is lost";
  return StrCat(Requests(requests), " that it held ", requests == 1 ? "is" : "are", " lost");
}

std::string Held(const AgentState& agent) {
  const auto unreported = static_cast<int64_t>(agent.unreported.size());
  if (agent.lost) return Lost(unreported);
  const int64_t not_sent = agent.not_sent_records + unreported;
  if (agent.cancelled_records == 0 && not_sent == 0) return "it had finished what it held";
  return StrCat("of what it held, ", Requests(agent.cancelled_records),
                agent.cancelled_records == 1 ? " was" : " were", " broken off and ", not_sent,
                not_sent == 1 ? " was" : " were", " not sent");
}

std::string Others(const CaseLoss& loss, const AskedLoad& asked, bool last) {
  if (loss.others == 0) return "no agent was left, so the rest was not sent";
  const std::string who =
      loss.others == 1 ? "the other agent" : StrCat("the other ", loss.others, " agents");
  return StrCat(who, last ? " did the rest at " : " went on at ",
                asked.open ? "the full rate, with max_in_flight " : "concurrency ",
                loss.concurrency, " of ", asked.concurrency);
}

}  // namespace

std::string LossSentence(const CaseLoss& loss, const AgentState& agent, const AskedLoad& asked,
                         bool last) {
  const std::string what =
      absl::StrFormat("agent %s %s %.1f s after the start (%s): %s", agent.link->info().name,
                      agent.lost ? "was lost" : "gave the case up", ToSeconds(loss.after_start_ns),
                      loss.reason, Held(agent));
  return loss.aborted ? what : StrCat(what, "; ", Others(loss, asked, last));
}

void CorrectLoss(const std::string& agent, int64_t before, int64_t after,
                 std::vector<std::string>& sentences) {
  const std::string begin = StrCat("agent ", agent, " was lost "), old = ": " + Lost(before);
  for (std::string& sentence : sentences) {
    if (!sentence.starts_with(begin)) continue;
    const size_t place = sentence.find(old);
    if (place != std::string::npos) sentence.replace(place, old.size(), ": " + Lost(after));
  }
}

}  // namespace monsoon
