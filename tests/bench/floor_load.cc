#include "tests/bench/floor_load.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace monsoon::bench {
namespace {

constexpr size_t kReadBytes = 256 * 1024;
constexpr int kEventsPerWait = 256;
constexpr int64_t kSettleNs = 200'000'000;  // and so long for each connection:
constexpr int64_t kSettlePerStreamNs = 50'000;
constexpr int kSendsPerTurn = 16;  // at the start; then answers get a look
constexpr size_t kIdDigits = 9;
constexpr std::string_view kGoodStatus = "HTTP/1.1 200";

[[noreturn]] void Throw(const std::string& what) {
  throw std::runtime_error(what + ": " + std::strerror(errno));
}

int64_t NowNs() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

int64_t RssBytes() {
  std::ifstream file("/proc/self/statm");
  int64_t all_pages = 0;
  int64_t resident_pages = 0;
  file >> all_pages >> resident_pages;
  return resident_pages * sysconf(_SC_PAGESIZE);
}

std::string Body(const FloorOptions& options) {
  return R"({"model":"mock","stream":true,"stream_options":{"include_usage":true},"max_tokens":)" +
         std::to_string(options.max_tokens) + R"(,"temperature":0,"messages":[{"role":"user",)" +
         R"("content":")" + std::string(static_cast<size_t>(options.prompt_bytes), 'x') + "\"}]}";
}

mock_engine::ScopedFd OpenConnection(int port) {
  mock_engine::ScopedFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) Throw("cannot open a socket; raise the limit of open files (ulimit -n)");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    Throw("cannot connect to 127.0.0.1:" + std::to_string(port));
  }
  const int on = 1;
  setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  return fd;
}

}  // namespace

FloorLoad::FloorLoad(const FloorOptions& options)
    : options_(options),
      streams_(static_cast<size_t>(options.streams)),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      buffer_(new char[kReadBytes]) {
  if (!epoll_.valid()) Throw("epoll_create1");
  const std::string body = Body(options);
  request_ =
      "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\n"
      "Content-Type: application/json\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\nx-request-id: floor-";
  id_begin_ = request_.size();
  request_ += std::string(kIdDigits, '0') + "\r\n\r\n" + body;
  result_.requests.resize(static_cast<size_t>(options.requests));
}

FloorResult FloorLoad::Run() {
  result_.rss_base_bytes = RssBytes();
  const double cpu_base_s = CpuSeconds();
  Connect();
  Settle();
  const double cpu_begin_s = CpuSeconds();
  const int64_t begin_ns = NowNs();
  Start();
  result_.rss_load_bytes = RssBytes();
  while (done_ < options_.requests) Turn(-1);
  result_.seconds = static_cast<double>(NowNs() - begin_ns) / 1e9;
  result_.cpu_connect_s = cpu_begin_s - cpu_base_s;
  result_.cpu_load_s = CpuSeconds() - cpu_begin_s;
  return std::move(result_);
}

void FloorLoad::Connect() {
  for (Stream& stream : streams_) {
    stream.socket = OpenConnection(options_.port);
    epoll_event event{.events = EPOLLIN, .data = {.ptr = &stream}};
    if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, stream.socket.get(), &event) != 0) {
      Throw("epoll_ctl");
    }
  }
}

// A connection is established before the engine has accepted it; a request sent by then would wait
// for all the other connections.
void FloorLoad::Settle() const {
  const int64_t ns = kSettleNs + kSettlePerStreamNs * options_.streams;
  std::this_thread::sleep_for(std::chrono::nanoseconds(ns));
}

void FloorLoad::Start() {
  int sends = 0;
  for (Stream& stream : streams_) {
    Send(stream);
    if (++sends % kSendsPerTurn == 0) Turn(0);
  }
}

void FloorLoad::Turn(int timeout_ms) {
  epoll_event ready[kEventsPerWait];
  const int count = epoll_wait(epoll_.get(), ready, kEventsPerWait, timeout_ms);
  if (count < 0 && errno != EINTR) Throw("epoll_wait");
  for (int i = 0; i < count; ++i) Read(*static_cast<Stream*>(ready[i].data.ptr));
}

void FloorLoad::Send(Stream& stream) {
  if (sent_ == options_.requests) return;
  stream.request = sent_++;
  stream.status_seen = false;
  char digits[kIdDigits + 1];
  std::snprintf(digits, sizeof(digits), "%09d", static_cast<int>(stream.request));
  std::memcpy(request_.data() + id_begin_, digits, kIdDigits);
  result_.requests[static_cast<size_t>(stream.request)].sent_ns = NowNs();
  const ssize_t sent = send(stream.socket.get(), request_.data(), request_.size(), MSG_NOSIGNAL);
  if (sent != static_cast<ssize_t>(request_.size())) Throw("cannot send a request");
}

void FloorLoad::Read(Stream& stream) {
  const ssize_t got = recv(stream.socket.get(), buffer_.get(), kReadBytes, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got < 0) Throw("a stream broke");
  if (got == 0) throw std::runtime_error("the engine closed a connection; look at its log");
  Note(stream, {buffer_.get(), static_cast<size_t>(got)});
}

void FloorLoad::Note(Stream& stream, std::string_view bytes) {
  FloorRequest& request = result_.requests[static_cast<size_t>(stream.request)];
  if (!stream.status_seen) {
    if (!bytes.starts_with(kGoodStatus)) {
      throw std::runtime_error("the engine refused a request: " +
                               std::string(bytes.substr(0, bytes.find("\r\n"))));
    }
    stream.status_seen = true;
  }
  const int64_t read_ns = request.first_ns == 0 ? NowNs() : 0;
  const int64_t events = stream.counter.Feed(bytes);
  if (events > 0 && request.first_ns == 0) request.first_ns = read_ns;
  request.events += events;
  result_.events += events;
  result_.bytes += static_cast<int64_t>(bytes.size());
  ++result_.reads;
  if (!stream.end.Feed(bytes)) return;
  request.done_ns = NowNs();
  ++done_;
  Send(stream);
}

}  // namespace monsoon::bench
