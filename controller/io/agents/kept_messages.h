// KeptMessages: a ResendQueue of protobuf messages that are shared with whoever writes them, and
// that knows how large they are together. Not thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <utility>

#include "common/session/resend_queue.h"

namespace monsoon {

template <typename Message>
class KeptMessages {
 public:
  using Shared = std::shared_ptr<const Message>;

  // The message with its number, to be sent.
  Shared Add(Message message) {
    const auto size_bytes = static_cast<int64_t>(message.ByteSizeLong());
    bytes_ += size_bytes;
    sizes_.push_back(size_bytes);
    return queue_.Add(Entry{std::make_shared<Message>(std::move(message))}).message;
  }

  // As ResendQueue::Acknowledge.
  bool Acknowledge(uint64_t received) {
    if (!queue_.Acknowledge(received)) return false;
    for (; sizes_.size() > queue_.kept(); sizes_.pop_front()) bytes_ -= sizes_.front();
    return true;
  }

  void ForEachKept(const std::function<void(const Shared&)>& send) const {
    queue_.ForEachKept([&send](const Entry& entry) { send(entry.message); });
  }

  int64_t bytes() const { return bytes_; }

 private:
  struct Entry {
    std::shared_ptr<Message> message;
    void set_number(uint64_t number) { message->set_number(number); }
    uint64_t number() const { return message->number(); }
  };

  ResendQueue<Entry> queue_;
  std::deque<int64_t> sizes_;
  int64_t bytes_ = 0;
};

}  // namespace monsoon
