#include "agent/io/http/curl_error.h"

namespace monsoon {

ErrorClass ClassifyConnect(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return ErrorClass::kDns;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return ErrorClass::kTls;
    case CURLE_OPERATION_TIMEDOUT:
      return ErrorClass::kTimeoutConnect;
    default:
      return ErrorClass::kConnect;
  }
}

}  // namespace monsoon
