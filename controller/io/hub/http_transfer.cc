#include "controller/io/hub/http_transfer.h"

#include <curl/curl.h>

#include <array>
#include <utility>

#include "common/base/str_cat.h"
#include "common/version.h"
#include "controller/core/hub/hub_url.h"

namespace monsoon {
namespace {

constexpr long kConnectTimeoutS = 15;

// What one request is in the middle of; libcurl's callbacks see it.
struct Exchange {
  const TransferOptions& options;
  const TransferHooks& hooks;
  ResponseFacts& facts;
  absl::Status stopped;  // why a callback ended the request
};

size_t OnHeader(char* data, size_t size, size_t count, void* context) {
  auto& exchange = *static_cast<Exchange*>(context);
  const std::string_view line(data, size * count);
  AddHeaderLine(line, exchange.facts);
  const bool head_ends = line == "\r\n" || line == "\n";
  if (head_ends && exchange.facts.status >= 200 && exchange.hooks.on_head) {
    exchange.stopped = exchange.hooks.on_head(exchange.facts);
  }
  return exchange.stopped.ok() ? line.size() : 0;
}

size_t OnBody(char* data, size_t size, size_t count, void* context) {
  auto& exchange = *static_cast<Exchange*>(context);
  const std::string_view bytes(data, size * count);
  if (exchange.hooks.on_body) exchange.stopped = exchange.hooks.on_body(bytes);
  return exchange.stopped.ok() ? bytes.size() : 0;
}

int OnTick(void* context, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  auto& exchange = *static_cast<Exchange*>(context);
  if (!exchange.options.keep_going || exchange.options.keep_going()) return 0;
  exchange.stopped = absl::CancelledError("interrupted");
  return 1;
}

absl::Status Describe(CURLcode code, const char* detail, const std::string& url) {
  const std::string text =
      StrCat(*detail != '\0' ? detail : curl_easy_strerror(code), " (", WithoutQuery(url), ")");
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return absl::FailedPreconditionError(
          StrCat(text,
                 "; if a proxy of your own answers there, name its certificate file with "
                 "SSL_CERT_FILE"));
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return absl::FailedPreconditionError(text);
    default:
      return absl::UnavailableError(text);
  }
}

}  // namespace

struct HttpTransfer::Handle {
  ~Handle() { curl_easy_cleanup(easy); }

  template <typename T>
  void Set(CURLoption option, T value) {
    ok = ok && curl_easy_setopt(easy, option, value) == CURLE_OK;
  }

  CURL* easy = curl_easy_init();
  std::array<char, CURL_ERROR_SIZE> error{};
  bool ok = easy != nullptr;
};

HttpTransfer::HttpTransfer(TransferOptions options)
    : options_(std::move(options)), handle_(std::make_unique<Handle>()) {}

HttpTransfer::~HttpTransfer() = default;

absl::Status HttpTransfer::Perform(const TransferRequest& request, const TransferHooks& hooks,
                                   ResponseFacts& facts) {
  facts = {};
  Exchange exchange{options_, hooks, facts, absl::OkStatus()};
  Handle& handle = *handle_;
  curl_slist* headers = nullptr;
  for (const std::string& header : request.headers) {
    headers = curl_slist_append(headers, header.c_str());
  }
  if (handle.easy != nullptr) curl_easy_reset(handle.easy);
  handle.error[0] = '\0';
  handle.Set(CURLOPT_URL, request.url.c_str());
  handle.Set(CURLOPT_PROTOCOLS_STR, "http,https");
  handle.Set(CURLOPT_NOSIGNAL, 1L);
  handle.Set(CURLOPT_USERAGENT, StrCat("monsoon/", kVersion).c_str());
  handle.Set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  handle.Set(CURLOPT_CONNECTTIMEOUT, kConnectTimeoutS);
  handle.Set(CURLOPT_LOW_SPEED_LIMIT, 1L);
  handle.Set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(options_.stall_s));
  handle.Set(CURLOPT_ERRORBUFFER, handle.error.data());
  handle.Set(CURLOPT_HEADERFUNCTION, &OnHeader);
  handle.Set(CURLOPT_HEADERDATA, &exchange);
  handle.Set(CURLOPT_WRITEFUNCTION, &OnBody);
  handle.Set(CURLOPT_WRITEDATA, &exchange);
  handle.Set(CURLOPT_XFERINFOFUNCTION, &OnTick);
  handle.Set(CURLOPT_XFERINFODATA, &exchange);
  handle.Set(CURLOPT_NOPROGRESS, 0L);
  handle.Set(CURLOPT_HTTPHEADER, headers);
  handle.Set(CURLOPT_NOBODY, request.head ? 1L : 0L);
  if (!options_.certificates.empty()) {
    handle.Set(CURLOPT_CAINFO, options_.certificates.c_str());
  }
  const CURLcode code = handle.ok ? curl_easy_perform(handle.easy) : CURLE_FAILED_INIT;
  curl_slist_free_all(headers);
  if (!handle.ok) return absl::InternalError("libcurl refused an option; 7.88 or later is needed");
  if (!exchange.stopped.ok()) return exchange.stopped;
  return code == CURLE_OK ? absl::OkStatus() : Describe(code, handle.error.data(), request.url);
}

}  // namespace monsoon
