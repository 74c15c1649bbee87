// What libcurl's result of a transfer means for the request (wire-protocol reference, section 1.5;
// the codes were measured against 7.88.1, load-tester notes 5.2).
#pragma once

#include <curl/curl.h>

#include "common/model/error_class.h"

namespace monsoon {

struct TransferEnd {
  // The body ended as its HTTP framing promised. When false, the decoder is told so, and says
  // "truncated" unless the protocol's own end was seen.
  bool complete = false;
  // kNone: the answer itself decides. Otherwise the request failed before an answer could.
  ErrorClass error_class = ErrorClass::kNone;
};

// `response_started`: a status line was received.
TransferEnd ClassifyTransfer(CURLcode code, bool response_started);

}  // namespace monsoon
