#include "tests/simulation/sim_link.h"

#include <utility>

#include "common/time/clock.h"

namespace monsoon {
namespace {

constexpr int64_t kRetryNs = 200 * kNsPerMs;
constexpr int64_t kDialTimeoutNs = 1000 * kNsPerMs;
using Side = SimConnection::Side;

}  // namespace

SimLink::SimLink(Place place, std::function<void(AgentEvent)> hear)
    : place_(std::move(place)), hear_(std::move(hear)), info_(place_.info) {
  info_.instance_id.clear();
}

std::shared_ptr<SimConnection> SimLink::Open(void (SimLink::*on_message)(const SimMessage&)) {
  auto stream = std::make_shared<SimConnection>(place_.time, place_.network, place_.random);
  SimProcess* controller = place_.controller;
  // What comes of a stream that was replaced is nobody's.
  std::weak_ptr<SimConnection> weak = stream;
  const auto ours = [this, weak] {
    const auto here = weak.lock();
    return here && (here == control_ || here == data_);
  };
  stream->Listen(Side::kController,
                 {.message =
                      [this, controller, ours, on_message](const SimMessage& message) {
                        controller->Guard(SimProcess::Kind::kMessage,
                                          [this, ours, on_message, message] {
                                            if (ours()) (this->*on_message)(message);
                                          })();
                      },
                  .broken =
                      [this, controller, ours] {
                        controller->Guard(SimProcess::Kind::kMessage, [this, ours] {
                          if (ours()) OnBroken("Connection reset by peer");
                        })();
                      }});
  return stream;
}

void SimLink::Dial() {
  if (over_) return;
  const int dial = ++dials_;
  place_.controller->AfterClock(kDialTimeoutNs, [this, dial] {
    if (dial == dials_ && !attached_ && !over_) OnBroken("no answer");
  });
  if (!place_.agent->listening() || place_.network->refused_until_ns > place_.time->now_ns()) {
    return OnBroken("Connection refused");
  }
  control_ = Open(&SimLink::OnControl);
  place_.agent->AcceptControl(control_);
  SimHello hello{.run_id = place_.run_id, .lease_ns = place_.lease_ns};
  if (welcomed()) {
    hello.resume = true;
    hello.instance_id = info_.instance_id;
    hello.epoch = info_.epoch;
    hello.received_control = control_in_.highest();
  }
  control_->Send(Side::kController, {hello});
}

void SimLink::DialAnew() {
  if (!over_) OnBroken("it says nothing");
}

void SimLink::CloseBoth() {
  for (std::shared_ptr<SimConnection>* stream : {&control_, &data_}) {
    if (!*stream) continue;
    (*stream)->Break();
    (*stream)->Leave(Side::kController);
    stream->reset();
  }
  attached_ = greeted_ = false;
}

void SimLink::OnBroken(const std::string& reason) {
  const bool was_attached = attached_;
  CloseBoth();
  if (was_attached) Hear(ConnectionEvent{Kind::kBroken, reason});
  const int dial = ++dials_;
  place_.controller->AfterClock(kRetryNs, [this, dial] {
    if (dial == dials_) Dial();
  });
}

void SimLink::Drop() {
  over_ = true;
  CloseBoth();
}

void SimLink::EndRun() {
  Order({SimEndRun{}});
  over_ = true;
}

void SimLink::OnControl(const SimMessage& message) {
  if (const auto* refusal = std::get_if<SimRefusal>(&message.body)) {
    if (!refusal->unknown_session) return OnBroken("busy");
    over_ = true;
    CloseBoth();
    return Hear(ConnectionEvent{Kind::kDead, "its process has ended"});
  }
  if (const auto* welcome = std::get_if<SimWelcome>(&message.body)) {
    info_.instance_id = welcome->instance_id;
    info_.epoch = welcome->epoch;
    greeted_ = true;
    control_out_.Acknowledge(welcome->received_control);
    if (!place_.flaws->never_repeats) {
      control_out_.ForEachKept(
          [this](const SimMessage& kept) { control_->Send(Side::kController, kept); });
    }
    data_ = Open(&SimLink::OnData);
    place_.agent->AcceptData(data_);
    return data_->Send(Side::kController, {SimAttach{}});
  }
  const auto verdict = control_in_.Take(message.number());
  if (verdict == ReceivedNumbers::Verdict::kGap) return OnBroken("a gap");
  if (verdict == ReceivedNumbers::Verdict::kRepeated) return;
  if (const auto* pong = std::get_if<SimPong>(&message.body)) {
    control_out_.Acknowledge(pong->received_control);
    data_out_.Acknowledge(pong->received_data);
    PongEvent event{pong->times};
    event.times.received_controller_ns = place_.controller->clock_ns();
    Hear(event);
  } else if (const auto* ready = std::get_if<ReadyEvent>(&message.body)) {
    Hear(*ready);
  } else if (const auto* progress = std::get_if<ProgressEvent>(&message.body)) {
    Hear(*progress);
  } else if (const auto* recalled = std::get_if<RecalledEvent>(&message.body)) {
    Hear(*recalled);
  } else if (const auto* done = std::get_if<CaseDoneEvent>(&message.body)) {
    Hear(*done);
  }
}

void SimLink::OnData(const SimMessage& message) {
  if (const auto* attached = std::get_if<SimAttached>(&message.body)) {
    attached_ = true;
    data_out_.Acknowledge(attached->received);
    if (!place_.flaws->never_repeats) {
      data_out_.ForEachKept(
          [this](const SimMessage& kept) { data_->Send(Side::kController, kept); });
    }
    Hear(ConnectionEvent{Kind::kRestored, ""});
  } else if (const auto* batch = std::get_if<RecordsEvent>(&message.body)) {
    Hear(*batch);
  }
}

bool SimLink::Ping(uint64_t id, int64_t now_ns, int64_t lease_until_agent_ns) {
  if (!greeted_ || !control_->open()) return false;
  control_->Send(Side::kController,
                 {SimPing{id, now_ns, lease_until_agent_ns, control_in_.highest()}});
  return true;
}

void SimLink::Order(SimMessage message) {
  const SimMessage& numbered = control_out_.Add(std::move(message));
  if (greeted_) control_->Send(Side::kController, numbered);
}

void SimLink::Bulk(SimMessage message) {
  const SimMessage& numbered = data_out_.Add(std::move(message));
  if (attached_) data_->Send(Side::kController, numbered);
}

void SimLink::Acknowledge(uint64_t sequence) {
  if (attached_) data_->Send(Side::kController, {SimAck{sequence}});
}

}  // namespace monsoon
