// StreamWriter: the thread that writes a stream of gRPC while its handler, or another thread, reads
// it. A write waits for as long as the peer does not read.
//
// Made and finished by the stream's handler.
#pragma once

#include <grpcpp/grpcpp.h>

#include <thread>
#include <utility>

#include "absl/synchronization/notification.h"
#include "absl/time/time.h"

namespace monsoon {

class StreamWriter {
 public:
  // For the last words to a peer that does not read them.
  static constexpr absl::Duration kPatience = absl::Seconds(2);

  // Writes what `next` hands out (an optional message; it may wait) until that ends or the stream
  // breaks. Both pointers outlive the writer.
  template <typename Stream, typename Next>
  StreamWriter(grpc::ServerContext* context, Stream* stream, Next next)
      : context_(*context), thread_([this, stream, next = std::move(next)]() mutable {
          while (auto message = next()) {
            if (!stream->Write(*message)) break;
          }
          ended_.Notify();
        }) {}
  ~StreamWriter() { Finish(); }
  StreamWriter(const StreamWriter&) = delete;
  StreamWriter& operator=(const StreamWriter&) = delete;

  // `next` ends now. Breaks the stream off if what is left cannot be written.
  void Finish() {
    if (!thread_.joinable()) return;
    if (!ended_.WaitForNotificationWithTimeout(kPatience)) context_.TryCancel();
    thread_.join();
  }

 private:
  grpc::ServerContext& context_;
  absl::Notification ended_;
  std::thread thread_;
};

}  // namespace monsoon
