#include "agent/io/http/dial.h"

#include <linux/net_tstamp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "agent/io/http/curl_error.h"
#include "agent/io/http/socket_address.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

// libcurl asks to be called again at once while it has steps left that need no waiting.
constexpr int kMaxStepsAtOnce = 8;

void AskForReceiveStamps(int socket) {
  const int flags = SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;
  // Without them, the load loop's own measurement stands alone.
  setsockopt(socket, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof(flags));
}

// The convention of OpenSSL and the curl program for certificates of one's own.
const char* CertificateFile() { return std::getenv("SSL_CERT_FILE"); }

}  // namespace

Dial::~Dial() {
  if (easy_ == nullptr) return;
  HangUp();
  curl_easy_cleanup(easy_);
  curl_multi_cleanup(multi_);
}

absl::Status Dial::Init() {
  multi_ = curl_multi_init();
  easy_ = curl_easy_init();
  if (multi_ == nullptr || easy_ == nullptr || !SetOptions()) {
    return absl::InternalError("libcurl refused an option; this agent needs libcurl 7.88 or later");
  }
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Dial::OnSocket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  return absl::OkStatus();
}

bool Dial::SetOptions() {
  const char* certificates = CertificateFile();
  return Set(CURLOPT_URL, context_.agent_case->engine.url.c_str()) &&
         Set(CURLOPT_CONNECT_ONLY, 1L) && Set(CURLOPT_NOSIGNAL, 1L) && Set(CURLOPT_PROXY, "") &&
         Set(CURLOPT_PROTOCOLS_STR, "http,https") &&
         Set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1)) &&
         Set(CURLOPT_FRESH_CONNECT, 1L) && Set(CURLOPT_RESOLVE, context_.resolve) &&
         Set(CURLOPT_ERRORBUFFER, error_buffer_.data()) &&
         Set(CURLOPT_OPENSOCKETFUNCTION, &Dial::OnOpenSocket) &&
         Set(CURLOPT_OPENSOCKETDATA, this) &&
         Set(CURLOPT_CLOSESOCKETFUNCTION, &Dial::OnCloseSocket) &&
         Set(CURLOPT_CLOSESOCKETDATA, this) &&
         (certificates == nullptr || Set(CURLOPT_CAINFO, certificates)) &&
         // Tick() keeps the limit; this only keeps libcurl's default of 300 s out of the way.
         Set(CURLOPT_CONNECTTIMEOUT_MS,
             static_cast<long>(context_.agent_case->timeouts.connect_ns / kNsPerMs + 60'000));
}

int Dial::OnSocket(CURL*, curl_socket_t socket, int what, void* self, void*) {
  auto* dial = static_cast<Dial*>(self);
  auto known = std::find(dial->watched_.begin(), dial->watched_.end(), socket);
  if (what == CURL_POLL_REMOVE) {
    dial->context_.poller->Unwatch(socket);
    if (known != dial->watched_.end()) *known = -1;
    return 0;
  }
  if (known == dial->watched_.end()) {
    known = std::find(dial->watched_.begin(), dial->watched_.end(), -1);
    if (known == dial->watched_.end()) return -1;
    *known = socket;
  }
  const uint32_t events =
      ((what & CURL_POLL_IN) != 0 ? EPOLLIN : 0u) | ((what & CURL_POLL_OUT) != 0 ? EPOLLOUT : 0u);
  dial->context_.poller->Watch(socket, events, dial);
  return 0;
}

curl_socket_t Dial::OnOpenSocket(void* self, curlsocktype, curl_sockaddr* address) {
  auto* dial = static_cast<Dial*>(self);
  const absl::StatusOr<IpAddress> ip = FromSockaddr(&address->addr);
  const absl::Status allowed = ip.ok() ? dial->context_.policy->Check(*ip) : ip.status();
  if (!allowed.ok()) {
    dial->refused_address_ = std::string(allowed.message());
    return CURL_SOCKET_BAD;
  }
  const int opened = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (opened >= 0) AskForReceiveStamps(opened);
  return opened;
}

int Dial::OnCloseSocket(void* self, curl_socket_t socket) {
  auto* dial = static_cast<Dial*>(self);
  if (dial->keep_socket_) {
    dial->taken_socket_ = socket;
    return 0;
  }
  return close(socket);
}

void Dial::Begin() {
  HangUp();
  error_buffer_[0] = '\0';
  refused_address_.clear();
  error_class_ = ErrorClass::kNone;
  error_.clear();
  times_ = {.begin_ns = context_.clock->MonotonicNs()};
  dialing_ = true;
  attached_ = curl_multi_add_handle(multi_, easy_) == CURLM_OK;
  if (!attached_) return End(ErrorClass::kConnect, "libcurl cannot begin another connection");
  Step(CURL_SOCKET_TIMEOUT);
}

void Dial::OnReady(uint32_t) {
  // libcurl looks for itself at what has happened to each.
  const std::array<curl_socket_t, 4> sockets = watched_;
  for (const curl_socket_t socket : sockets) {
    if (dialing_ && socket != -1) Step(socket);
  }
}

void Dial::Tick(int64_t now_ns) {
  if (!dialing_) return;
  if (now_ns - times_.begin_ns > context_.agent_case->timeouts.connect_ns) {
    return End(ErrorClass::kTimeoutConnect,
               StrCat("no connection to ", context_.agent_case->engine.url,
                      " within the limit, which is the scenario's `timeouts.connect`"));
  }
  Step(CURL_SOCKET_TIMEOUT);
}

void Dial::Step(curl_socket_t socket) {
  for (int i = 0; i < kMaxStepsAtOnce; ++i) {
    int running = 0;
    const CURLMcode code = curl_multi_socket_action(multi_, socket, 0, &running);
    if (code != CURLM_OK) {
      return End(ErrorClass::kConnect, StrCat("libcurl failed: ", curl_multi_strerror(code)));
    }
    if (LookForEnd()) return;
    long timeout_ms = -1;
    curl_multi_timeout(multi_, &timeout_ms);
    if (timeout_ms != 0) return;
    socket = CURL_SOCKET_TIMEOUT;
  }
}

bool Dial::LookForEnd() {
  int left = 0;
  const CURLMsg* message = curl_multi_info_read(multi_, &left);
  if (message == nullptr || message->msg != CURLMSG_DONE) return false;
  const CURLcode code = message->data.result;
  if (code == CURLE_OK) {
    StampTimes();
    dialing_ = false;
    listener_.OnDialEnded(*this);
  } else if (!refused_address_.empty()) {
    End(ErrorClass::kConnect, refused_address_);
  } else {
    End(ClassifyConnect(code), Describe(code));
  }
  return true;
}

void Dial::End(ErrorClass error_class, std::string error) {
  error_class_ = error_class;
  error_ = std::move(error);
  dialing_ = false;
  HangUp();
  listener_.OnDialEnded(*this);
}

void Dial::StampTimes() {
  curl_off_t connect_us = 0;
  curl_off_t tls_us = 0;
  curl_easy_getinfo(easy_, CURLINFO_CONNECT_TIME_T, &connect_us);
  curl_easy_getinfo(easy_, CURLINFO_APPCONNECT_TIME_T, &tls_us);
  times_.connected_ns = times_.begin_ns + connect_us * kNsPerUs;
  if (tls_us > 0) times_.tls_ns = times_.begin_ns + tls_us * kNsPerUs;
}

std::string Dial::Describe(CURLcode code) const {
  const std::string& url = context_.agent_case->engine.url;
  long error = 0;
  curl_easy_getinfo(easy_, CURLINFO_OS_ERRNO, &error);
  if (code == CURLE_COULDNT_CONNECT && error != 0) {
    // libcurl's own words count milliseconds, which would make every message a different one.
    return StrCat("cannot connect to ", url, ": ", std::strerror(static_cast<int>(error)),
                  "; is the engine running there?");
  }
  const char* detail = error_buffer_[0] != '\0' ? error_buffer_.data() : curl_easy_strerror(code);
  return StrCat(detail, " (", url, ")");
}

UniqueFd Dial::TakeSocket() {
  keep_socket_ = true;
  taken_socket_ = -1;
  HangUp();
  keep_socket_ = false;
  return UniqueFd(taken_socket_);
}

void Dial::HangUp() {
  if (!attached_) return;
  attached_ = false;
  // libcurl closes the connection of such a handle when it leaves.
  curl_multi_remove_handle(multi_, easy_);
}

int Dial::socket() const {
  curl_socket_t socket = -1;
  curl_easy_getinfo(easy_, CURLINFO_ACTIVESOCKET, &socket);
  return socket;
}

ssize_t Dial::Receive(char* data, size_t size) {
  size_t received = 0;
  const CURLcode code = curl_easy_recv(easy_, data, size, &received);
  if (code == CURLE_OK) return static_cast<ssize_t>(received);
  errno = code == CURLE_AGAIN ? EAGAIN : ECONNRESET;
  return -1;
}

ssize_t Dial::Send(const char* data, size_t size) {
  size_t sent = 0;
  const CURLcode code = curl_easy_send(easy_, data, size, &sent);
  if (code == CURLE_OK) return static_cast<ssize_t>(sent);
  errno = code == CURLE_AGAIN ? EAGAIN : ECONNRESET;
  return -1;
}

}  // namespace monsoon
