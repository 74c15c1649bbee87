// drain: the cheapest client of streams that there can be: raw sockets and epoll on one thread,
// which reads and counts events (event_counter.h) and decodes nothing. It shows what an engine or
// the mock engine can send, where a real client would be the limit.
//
//   drain --port PORT [--streams 1000] [--warmup 2] [--seconds 5]
//
// Opens the streams to 127.0.0.1 evenly over the first half of the warm-up, so that they do not
// beat in step, counts for SECONDS, and prints one line of JSON. Exit status 1 when a stream could
// not be opened or ended early: the engine must be told to answer for longer than this takes.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include "tests/bench/event_counter.h"
#include "tests/mock_engine/scoped_fd.h"

namespace monsoon::bench {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr size_t kReadBytes = 256 * 1024;
constexpr int kMaxEvents = 256;

struct Options {
  int port = 0;
  int streams = 1000;
  double warmup_s = 2;
  double seconds = 5;
};

struct Stream {
  mock_engine::ScopedFd socket;
  EventCounter counter;
};

struct Counts {
  int64_t events = 0;
  int64_t bytes = 0;
  int64_t reads = 0;
};

[[noreturn]] void Throw(const std::string& what) {
  throw std::runtime_error(what + ": " + std::strerror(errno));
}

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::string Request() {
  const std::string body = R"({"model":"m","stream":true,"max_tokens":1000000000,)"
                           R"("messages":[{"role":"user","content":"drain"}]})";
  return "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\n"
         "Content-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

mock_engine::ScopedFd OpenStream(int port) {
  mock_engine::ScopedFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) Throw("socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    Throw("cannot connect to 127.0.0.1:" + std::to_string(port));
  }
  static const std::string request = Request();
  const ssize_t sent = send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL);
  if (sent != static_cast<ssize_t>(request.size())) Throw("cannot send a request");
  return fd;
}

class Drain {
 public:
  explicit Drain(const Options& options)
      : options_(options),
        streams_(static_cast<size_t>(options.streams)),
        epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    if (!epoll_.valid()) Throw("epoll_create1");
  }

  void Run() {
    const Clock::time_point begin = Clock::now();
    const double spread_s = options_.warmup_s / 2;
    while (Seconds(Clock::now() - begin).count() < options_.warmup_s) {
      const double share = Seconds(Clock::now() - begin).count() / spread_s;
      OpenUpTo(std::min(streams_.size(),
                        1 + static_cast<size_t>(share * static_cast<double>(streams_.size()))));
      Turn();
    }
    OpenUpTo(streams_.size());
    Measure();
  }

 private:
  void OpenUpTo(size_t count) {
    for (; opened_ < count; ++opened_) {
      Stream& stream = streams_[opened_];
      stream.socket = OpenStream(options_.port);
      epoll_event event{.events = EPOLLIN, .data = {.ptr = &stream}};
      if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, stream.socket.get(), &event) != 0) {
        Throw("epoll_ctl");
      }
    }
  }

  void Turn() {
    epoll_event ready[kMaxEvents];
    const int count = epoll_wait(epoll_.get(), ready, kMaxEvents, 1);
    if (count < 0 && errno != EINTR) Throw("epoll_wait");
    for (int i = 0; i < count; ++i) Read(*static_cast<Stream*>(ready[i].data.ptr));
  }

  void Read(Stream& stream) {
    const ssize_t got = recv(stream.socket.get(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return;
    if (got < 0) Throw("a stream broke");
    if (got == 0) throw std::runtime_error("a stream ended early");
    counts_.bytes += got;
    counts_.reads += 1;
    counts_.events += stream.counter.Feed({buffer_.data(), static_cast<size_t>(got)});
  }

  void Measure() {
    const Counts before = counts_;
    const double cpu_before_s = CpuSeconds();
    const Clock::time_point begin = Clock::now();
    double seconds = 0;
    while ((seconds = Seconds(Clock::now() - begin).count()) < options_.seconds) Turn();
    const auto events = static_cast<double>(counts_.events - before.events);
    std::printf(
        "{\"streams\":%d,\"seconds\":%.6f,\"events\":%.0f,\"events_per_s\":%.1f,"
        "\"bytes\":%lld,\"reads\":%lld,\"cpu_s\":%.3f}\n",
        options_.streams, seconds, events, events / seconds,
        static_cast<long long>(counts_.bytes - before.bytes),
        static_cast<long long>(counts_.reads - before.reads), CpuSeconds() - cpu_before_s);
  }

  const Options options_;
  std::vector<Stream> streams_;
  size_t opened_ = 0;
  mock_engine::ScopedFd epoll_;
  std::vector<char> buffer_ = std::vector<char>(kReadBytes);
  Counts counts_;
};

void RaiseOpenFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int Main(int argc, char** argv) {
  Options options;
  CLI::App app{"Reads and counts the events of many streams as cheaply as can be."};
  app.add_option("--port", options.port, "Of the engine on 127.0.0.1")
      ->required()
      ->check(CLI::Range(1, 65535));
  app.add_option("--streams", options.streams, "Open at the same time")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  app.add_option("--warmup", options.warmup_s, "Seconds before counting")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  app.add_option("--seconds", options.seconds, "Seconds of counting")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  RaiseOpenFileLimit();
  try {
    Drain(options).Run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "drain: %s\n", error.what());
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace monsoon::bench

int main(int argc, char** argv) { return monsoon::bench::Main(argc, argv); }
