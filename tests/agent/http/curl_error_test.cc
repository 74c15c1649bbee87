// What libcurl's results mean for a request.
#include "agent/io/http/curl_error.h"

#include <gtest/gtest.h>

namespace monsoon {
namespace {

TEST(ClassifyTransferTest, ACleanEndIsLeftToTheAnswer) {
  EXPECT_TRUE(ClassifyTransfer(CURLE_OK, true).complete);
  EXPECT_EQ(ClassifyTransfer(CURLE_OK, true).error_class, ErrorClass::kNone);
}

TEST(ClassifyTransferTest, TheConnectionsOwnFailures) {
  struct Row {
    CURLcode code;
    ErrorClass expected;
  };
  for (const Row& row :
       {Row{CURLE_COULDNT_RESOLVE_HOST, ErrorClass::kDns},
        Row{CURLE_COULDNT_CONNECT, ErrorClass::kConnect},
        Row{CURLE_INTERFACE_FAILED, ErrorClass::kConnect},
        Row{CURLE_SSL_CONNECT_ERROR, ErrorClass::kTls},
        Row{CURLE_PEER_FAILED_VERIFICATION, ErrorClass::kTls},
        Row{CURLE_SSL_CERTPROBLEM, ErrorClass::kTls}, Row{CURLE_SSL_CIPHER, ErrorClass::kTls},
        Row{CURLE_SSL_CACERT_BADFILE, ErrorClass::kTls},
        Row{CURLE_SSL_ISSUER_ERROR, ErrorClass::kTls},
        Row{CURLE_UNSUPPORTED_PROTOCOL, ErrorClass::kBadPayload},
        Row{CURLE_WEIRD_SERVER_REPLY, ErrorClass::kBadPayload},
        Row{CURLE_OPERATION_TIMEDOUT, ErrorClass::kTimeoutConnect},
        Row{CURLE_GOT_NOTHING, ErrorClass::kTruncated},
        Row{CURLE_SEND_ERROR, ErrorClass::kTruncated},
        Row{CURLE_RECV_ERROR, ErrorClass::kTruncated}}) {
    EXPECT_EQ(ClassifyTransfer(row.code, false).error_class, row.expected)
        << curl_easy_strerror(row.code);
    EXPECT_FALSE(ClassifyTransfer(row.code, false).complete);
  }
}

TEST(ClassifyTransferTest, AnEndInsideTheAnswerIsTheDecodersToJudge) {
  for (const CURLcode code : {CURLE_PARTIAL_FILE, CURLE_RECV_ERROR, CURLE_GOT_NOTHING}) {
    const TransferEnd end = ClassifyTransfer(code, true);
    EXPECT_FALSE(end.complete) << curl_easy_strerror(code);
    EXPECT_EQ(end.error_class, ErrorClass::kNone) << curl_easy_strerror(code);
  }
}

}  // namespace
}  // namespace monsoon
