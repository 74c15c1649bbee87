// ResendQueue and ReceivedNumbers: the two ends of a numbered stream of messages that survives a
// broken connection (rule "Numbers" of proto/monsoon/v1/agent.proto). Both programs have one of
// each for every direction that they send or receive. Pure; not thread-safe, the owner guards them.
//
// `Message` is anything with set_number(uint64_t) and number(), copied when it is sent again.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <utility>

namespace monsoon {

template <typename Message>
class ResendQueue {
 public:
  // Gives the message the next number and keeps it until it is acknowledged. The reference, to what
  // must be sent now if there is a connection, is valid until the next call.
  const Message& Add(Message message) {
    message.set_number(next_number_++);
    kept_.push_back(std::move(message));
    return kept_.back();
  }

  // The other side has everything up to and including `received`. Older numbers change nothing.
  // False for a number that was never given: the other side is confused.
  bool Acknowledge(uint64_t received) {
    if (received >= next_number_) return false;
    while (!kept_.empty() && kept_.front().number() <= received) kept_.pop_front();
    return true;
  }

  // After a reconnection: what must be sent again, oldest first.
  void ForEachKept(const std::function<void(const Message&)>& send) const {
    for (const Message& message : kept_) send(message);
  }

  size_t kept() const { return kept_.size(); }
  uint64_t last_number() const { return next_number_ - 1; }  // 0: none yet

 private:
  uint64_t next_number_ = 1;
  std::deque<Message> kept_;
};

class ReceivedNumbers {
 public:
  enum class Verdict {
    kNew,       // take it
    kRepeated,  // it was taken before: drop it
    kGap        // one before it is missing: the connection must be broken off
  };

  // Number 0 is of a message that is not numbered, and always new.
  Verdict Take(uint64_t number) {
    if (number == 0) return Verdict::kNew;
    if (number <= highest_) return Verdict::kRepeated;
    if (number != highest_ + 1) return Verdict::kGap;
    highest_ = number;
    return Verdict::kNew;
  }

  uint64_t highest() const { return highest_; }

 private:
  uint64_t highest_ = 0;
};

}  // namespace monsoon
