// What libcurl's result of connecting means for the request that waits for the connection
// (wire-protocol reference, section 1.5; the codes were measured against 7.88.1, load-tester notes
// 5.2).
#pragma once

#include <curl/curl.h>

#include "common/model/error_class.h"

namespace monsoon {

// `code` is not CURLE_OK.
ErrorClass ClassifyConnect(CURLcode code);

}  // namespace monsoon
