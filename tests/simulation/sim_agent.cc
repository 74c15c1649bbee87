#include "tests/simulation/sim_agent.h"

#include <utility>

#include "common/base/str_cat.h"
#include "common/time/clock.h"

namespace monsoon {
namespace {

constexpr int64_t kMonitorNs = 20 * kNsPerMs;
constexpr int64_t kProgressNs = 100 * kNsPerMs;
using Side = SimConnection::Side;

}  // namespace

SimAgent::SimAgent(VirtualTime* time, std::mt19937_64* random, SimEngine* engine,
                   SimProcess* process, std::string name, const SimFlaws& flaws)
    : time_(*time),
      random_(*random),
      engine_(*engine),
      process_(*process),
      name_(std::move(name)),
      flaws_(flaws),
      instance_(StrCat(name_, "#", process->life())),
      registry_(std::make_unique<SessionRegistry>(instance_)) {
  Monitor();
}

void SimAgent::Kill() {
  process_.Kill();
  if (session_ == nullptr) return;
  if (session_->control) session_->control->Break();
  if (session_->data) session_->data->Break();
  for (size_t line = 0; line < engine_.log().size(); ++line) {
    if (engine_.log()[line].instance == instance_) engine_.BreakOff(line);
  }
  session_.reset();
}

void SimAgent::StartAgain() {
  if (process_.alive()) return;
  process_.StartAgain();
  instance_ = StrCat(name_, "#", process_.life());
  registry_ = std::make_unique<SessionRegistry>(instance_);
  Monitor();
}

void SimAgent::LoseStreams(bool silently) {
  if (session_ == nullptr) return;
  for (const auto& stream : {session_->control, session_->data}) {
    if (stream) silently ? stream->Vanish() : stream->Break();
  }
}

void SimAgent::AcceptControl(std::shared_ptr<SimConnection> stream) {
  std::weak_ptr<SimConnection> weak = stream;
  stream->Listen(Side::kAgent, {.message =
                                    [this, weak](const SimMessage& message) {
                                      process_.Guard(SimProcess::Kind::kMessage,
                                                     [this, weak, message] {
                                                       if (auto here = weak.lock())
                                                         OnControl(here, message);
                                                     })();
                                    },
                                .broken =
                                    [this, weak] {
                                      process_.Guard(SimProcess::Kind::kMessage, [this, weak] {
                                        if (session_ && session_->control == weak.lock()) LetGo();
                                      })();
                                    }});
}

void SimAgent::AcceptData(std::shared_ptr<SimConnection> stream) {
  std::weak_ptr<SimConnection> weak = stream;
  stream->Listen(Side::kAgent, {.message =
                                    [this, weak](const SimMessage& message) {
                                      process_.Guard(SimProcess::Kind::kMessage,
                                                     [this, weak, message] {
                                                       if (auto here = weak.lock())
                                                         OnData(here, message);
                                                     })();
                                    },
                                .broken = {}});
}

// The streams are gone; the session stays.
void SimAgent::LetGo() {
  if (session_->control) session_->control->Leave(Side::kAgent);
  if (session_->data) session_->data->Leave(Side::kAgent);
  session_->control.reset();
  session_->data.reset();
}

void SimAgent::OnControl(const std::shared_ptr<SimConnection>& stream, const SimMessage& message) {
  if (const auto* hello = std::get_if<SimHello>(&message.body)) return OnHello(stream, *hello);
  if (session_ == nullptr || session_->control != stream) return;
  const auto verdict = session_->control_in.Take(message.number());
  if (verdict == ReceivedNumbers::Verdict::kGap) return stream->Break();
  if (verdict == ReceivedNumbers::Verdict::kRepeated && !flaws_.takes_numbers_twice) return;
  if (const auto* ping = std::get_if<SimPing>(&message.body)) return OnPing(*ping);
  OnOrder(message);
}

void SimAgent::OnHello(const std::shared_ptr<SimConnection>& stream, const SimHello& hello) {
  if (session_) registry_->Observe(session_->lease_until_ns, session_->control != nullptr);
  if (hello.resume) {
    const auto verdict = registry_->Resume(hello.run_id, hello.instance_id, hello.epoch);
    if (verdict.answer != SessionRegistry::Answer::kFound) {
      return stream->Send(Side::kAgent, {SimRefusal{.unknown_session = true}});
    }
    if (session_->control) session_->control->Break();
    if (session_->data) session_->data->Break();
    LetGo();
    session_->control = stream;
    const uint64_t received = flaws_.takes_numbers_twice ? 0 : session_->control_in.highest();
    stream->Send(Side::kAgent, {SimWelcome{instance_, session_->epoch, true, received}});
    return Repeat(hello.received_control);
  }
  const auto verdict = registry_->Take(hello.run_id, now_ns(), now_ns() + hello.lease_ns);
  if (verdict.answer != SessionRegistry::Answer::kTaken) {
    return stream->Send(Side::kAgent, {SimRefusal{}});
  }
  if (session_) {
    ToSpool();
    LetGo();
  }
  session_ = std::make_unique<Session>();
  session_->run_id = hello.run_id;
  session_->epoch = verdict.epoch;
  session_->lease_ns = hello.lease_ns;
  session_->lease_until_ns = now_ns() + hello.lease_ns;
  session_->control = stream;
  stream->Send(Side::kAgent, {SimWelcome{instance_, session_->epoch, false, 0}});
}

void SimAgent::OnPing(const SimPing& ping) {
  const int64_t received_ns = now_ns();
  const int64_t until_ns =
      ping.lease_until_agent_ns == 0 ? received_ns + session_->lease_ns : ping.lease_until_agent_ns;
  session_->lease_until_ns = std::max(session_->lease_until_ns, until_ns);
  if (session_->load) session_->load->RenewLease(until_ns);
  session_->control_out.Acknowledge(ping.received_control);
  SimPong pong;
  pong.times = {.sent_controller_ns = ping.sent_controller_ns,
                .received_agent_ns = received_ns,
                .sent_agent_ns = received_ns};
  pong.received_control = session_->control_in.highest();
  pong.received_data = session_->data_in.highest();
  session_->control->Send(Side::kAgent, {pong});
}

void SimAgent::OnOrder(const SimMessage& message) {
  std::shared_ptr<SimCase>& load = session_->load;
  if (const auto* prepare = std::get_if<SimPrepare>(&message.body)) {
    load = std::make_shared<SimCase>(
        prepare->agent_case, &process_, &engine_, instance_, session_->lease_until_ns, flaws_,
        [this, index = prepare->agent_case.case_index](RequestRecord record) {
          if (session_) Keep(session_->batcher.Add(index, std::move(record)));
        });
    session_->told = {};
    return Say({ReadyEvent{prepare->agent_case.case_index, "", "127.0.0.1:1"}});
  }
  if (std::holds_alternative<SimEndRun>(message.body)) {
    registry_->End(session_->epoch);
    if (!session_->backlog.empty()) ToSpool();
    LetGo();
    return session_.reset();
  }
  if (const auto* recall = std::get_if<SimRecall>(&message.body)) {
    return Say({RecalledEvent{load ? load->GiveBack(recall->count) : std::vector<uint64_t>()}});
  }
  if (load == nullptr) return;
  if (const auto* start = std::get_if<SimStart>(&message.body)) {
    if (start->case_index == load->index()) load->Start(start->start_at_agent_ns);
  } else if (const auto* resize = std::get_if<SimResize>(&message.body)) {
    if (resize->case_index == load->index()) load->Resize(resize->concurrency);
  } else if (const auto* finish = std::get_if<SimFinishCase>(&message.body)) {
    if (finish->case_index == load->index()) load->Finish();
  } else if (const auto* stop = std::get_if<SimStop>(&message.body)) {
    if (stop->case_index == load->index()) load->Stop(stop->mode);
  }
}

void SimAgent::OnData(const std::shared_ptr<SimConnection>& stream, const SimMessage& message) {
  if (session_ == nullptr || session_->control == nullptr) return;
  if (std::holds_alternative<SimAttach>(message.body)) {
    session_->data = stream;
    session_->backlog.Rewind();
    const uint64_t received = flaws_.takes_numbers_twice ? 0 : session_->data_in.highest();
    stream->Send(Side::kAgent, {SimAttached{received}});
    return SendBatches();
  }
  if (session_->data != stream) return;
  const auto verdict = session_->data_in.Take(message.number());
  if (verdict == ReceivedNumbers::Verdict::kGap) return stream->Break();
  if (verdict == ReceivedNumbers::Verdict::kRepeated && !flaws_.takes_numbers_twice) return;
  if (const auto* item = std::get_if<SimItem>(&message.body)) {
    session_->items.insert(item->id);
  } else if (const auto* drop = std::get_if<SimDropItems>(&message.body)) {
    for (const ItemId& id : drop->ids) session_->items.erase(id);
  } else if (const auto* work = std::get_if<SimWork>(&message.body)) {
    if (session_->load == nullptr || work->case_index != session_->load->index()) return;
    for (const WorkEntry& entry : work->entries) {
      if (!session_->items.contains(entry.item)) return stream->Break();
    }
    session_->load->Take(work->entries);
  } else if (const auto* ack = std::get_if<SimAck>(&message.body)) {
    session_->backlog.Acknowledge(ack->sequence);
    session_->batches.erase(session_->batches.begin(),
                            session_->batches.upper_bound(ack->sequence));
    const auto spooled = spool_.find({instance_, session_->epoch});
    if (spooled != spool_.end()) spooled->second.batches = session_->batches;
  }
}

void SimAgent::Say(SimMessage message) {
  const SimMessage& numbered = session_->control_out.Add(std::move(message));
  if (session_->control) session_->control->Send(Side::kAgent, numbered);
}

void SimAgent::Repeat(uint64_t received) {
  session_->control_out.Acknowledge(received);
  if (flaws_.never_repeats) return;
  session_->control_out.ForEachKept(
      [this](const SimMessage& message) { session_->control->Send(Side::kAgent, message); });
}

void SimAgent::Monitor() {
  process_.AfterClock(kMonitorNs, [this] { Monitor(); });
  if (session_ == nullptr) return;
  Session& session = *session_;
  if (session.load) {
    const bool ended = session.load->Turn();
    Keep(session.batcher.Flush());
    ProgressEvent progress = session.load->progress();
    const bool news =
        progress.finished != session.told.finished || progress.received != session.told.received;
    const bool low = progress.queued <= progress.in_flight;
    if (session.control && ((news && low) || now_ns() - session.told_ns >= kProgressNs)) {
      session.told = progress;
      session.told_ns = now_ns();
      session.control->Send(Side::kAgent, {progress});
    }
    if (ended) EndCase();
  }
  if (now_ns() > session.lease_until_ns && !spool_.contains({instance_, session.epoch})) ToSpool();
}

}  // namespace monsoon
