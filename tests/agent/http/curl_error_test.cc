// What libcurl's results of connecting mean for a request.
#include "agent/io/http/curl_error.h"

#include <gtest/gtest.h>

namespace monsoon {
namespace {

TEST(ClassifyConnectTest, NamesWhatFailed) {
  struct Row {
    CURLcode code;
    ErrorClass expected;
  };
  for (const Row& row :
       {Row{CURLE_COULDNT_RESOLVE_HOST, ErrorClass::kDns},
        Row{CURLE_COULDNT_CONNECT, ErrorClass::kConnect},
        Row{CURLE_INTERFACE_FAILED, ErrorClass::kConnect},
        Row{CURLE_SEND_ERROR, ErrorClass::kConnect}, Row{CURLE_SSL_CONNECT_ERROR, ErrorClass::kTls},
        Row{CURLE_PEER_FAILED_VERIFICATION, ErrorClass::kTls},
        Row{CURLE_SSL_CERTPROBLEM, ErrorClass::kTls}, Row{CURLE_SSL_CIPHER, ErrorClass::kTls},
        Row{CURLE_SSL_CACERT_BADFILE, ErrorClass::kTls},
        Row{CURLE_SSL_ISSUER_ERROR, ErrorClass::kTls},
        Row{CURLE_OPERATION_TIMEDOUT, ErrorClass::kTimeoutConnect}}) {
    EXPECT_EQ(ClassifyConnect(row.code), row.expected) << curl_easy_strerror(row.code);
  }
}

}  // namespace
}  // namespace monsoon
