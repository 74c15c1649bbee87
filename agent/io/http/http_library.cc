#include "agent/io/http/http_library.h"

#include <curl/curl.h>

namespace monsoon {

void InitialiseHttp() { curl_global_init(CURL_GLOBAL_DEFAULT); }

}  // namespace monsoon
