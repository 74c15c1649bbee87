#include "agent/io/http/curl_error.h"

namespace monsoon {

TransferEnd ClassifyTransfer(CURLcode code, bool response_started) {
  switch (code) {
    case CURLE_OK:
      return {.complete = true};
    case CURLE_COULDNT_RESOLVE_HOST:
      return {.error_class = ErrorClass::kDns};
    case CURLE_COULDNT_CONNECT:
    case CURLE_INTERFACE_FAILED:
      return {.error_class = ErrorClass::kConnect};
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return {.error_class = ErrorClass::kTls};
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_HTTP2:
      return {.error_class = ErrorClass::kBadPayload};
    case CURLE_OPERATION_TIMEDOUT:
      return {.error_class = ErrorClass::kTimeoutConnect};
    default:
      break;
  }
  // A reset, an early end, a bad chunk: mid-answer the decoder judges what was received so far.
  if (response_started) return {.complete = false};
  return {.error_class = ErrorClass::kTruncated};
}

}  // namespace monsoon
