#include "common/model/error_class.h"

#include <array>

namespace monsoon {
namespace {

constexpr std::array<std::string_view, kErrorClassCount> kNames = {
    "none",          "error_http",   "error_in_stream", "error_in_200_body",
    "empty",         "truncated",    "aborted",         "timeout_connect",
    "timeout_first", "timeout_idle", "timeout_total",   "connect",
    "dns",           "tls",          "line_too_long",   "bad_payload"};

}  // namespace

std::string_view ErrorClassName(ErrorClass error_class) {
  return kNames[static_cast<size_t>(error_class)];
}

std::optional<ErrorClass> ErrorClassFromName(std::string_view name) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<ErrorClass>(i);
  }
  return std::nullopt;
}

}  // namespace monsoon
