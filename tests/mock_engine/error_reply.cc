#include "tests/mock_engine/error_reply.h"

#include <ctime>

#include "common/base/str_cat.h"
#include "tests/mock_engine/http_response.h"

namespace monsoon::mock_engine {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr int64_t kRetryAfterS = 7;
constexpr std::string_view kRetrySeconds = "retry-after: 7\r\n";
constexpr std::string_view kProxyPage =
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad "
    "Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";
constexpr std::string_view kLoginPage =
    "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in to use this "
    "network.</body></html>\n";

struct NamedForm {
  std::string_view name;
  RetryForm form;
};

constexpr NamedForm kForms[] = {
    {"seconds", RetryForm::kSeconds}, {"fraction", RetryForm::kFraction},
    {"date", RetryForm::kDate},       {"ms", RetryForm::kMs},
    {"veto", RetryForm::kVeto},       {"none", RetryForm::kNone},
};

std::string HttpDate(int64_t unix_s) {
  const std::time_t time = unix_s;
  std::tm parts = {};
  gmtime_r(&time, &parts);
  char text[64];
  std::strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return text;
}

}  // namespace

std::optional<RetryForm> FindRetryForm(std::string_view name) {
  for (const NamedForm& known : kForms) {
    if (known.name == name) return known.form;
  }
  return std::nullopt;
}

std::string RetryHeaders(RetryForm form, int status, int64_t unix_now_s) {
  if (status != 429 && (form == RetryForm::kUsual || (status != 503 && status != 529))) return "";
  switch (form) {
    case RetryForm::kFraction:
      return "retry-after: 1.5\r\n";
    case RetryForm::kDate:
      return StrCat("retry-after: ", HttpDate(unix_now_s + kRetryAfterS), "\r\n");
    case RetryForm::kMs:
      return "retry-after-ms: 1500.5\r\n";
    case RetryForm::kVeto:
      return StrCat(kRetrySeconds, "x-should-retry: false\r\n");
    case RetryForm::kNone:
      return "";
    default:
      return std::string(kRetrySeconds);
  }
}

Reply ErrorReply(const ErrorContext& context, const EngineError& error,
                 std::string_view extra_headers) {
  Reply reply;
  reply.status = error.status;
  reply.outcome = "rejected";
  reply.bytes = WholeResponse(error.status, kJson, ErrorBody(context.dialect, context.wire, error),
                              context.keep_alive, extra_headers);
  return reply;
}

Reply PageReply(std::string_view content_type, std::string_view body, bool keep_alive) {
  Reply reply;
  reply.status = 200;
  reply.bytes = WholeResponse(200, content_type, body, keep_alive);
  return reply;
}

bool IsWholeReply(Fault fault) {
  return HttpStatusOf(fault) != 0 || fault == Fault::kErrorIn200 || fault == Fault::kHtmlPage;
}

Reply FaultReply(const ErrorContext& context, Fault fault, RetryForm form, int64_t unix_now_s) {
  const int status = HttpStatusOf(fault);
  Reply reply;
  if (fault == Fault::kHtmlPage) {
    reply = PageReply("text/html", kLoginPage, context.keep_alive);
  } else if (fault == Fault::kErrorIn200) {
    const EngineError error = ErrorOf(context.dialect, 500);
    reply = PageReply(kJson, ErrorBody(context.dialect, context.wire, error), context.keep_alive);
  } else if (fault == Fault::kHttp502) {
    reply.status = status;
    reply.bytes = WholeResponse(status, "text/html", kProxyPage, context.keep_alive);
  } else if (fault == Fault::kHttp307) {
    reply.status = status;
    reply.bytes =
        WholeResponse(status, "text/plain", "", context.keep_alive, "location: /elsewhere/\r\n");
  } else {
    reply = ErrorReply(context, ErrorOf(context.dialect, status),
                       RetryHeaders(form, status, unix_now_s));
  }
  reply.outcome = FaultOutcome(fault);
  return reply;
}

}  // namespace monsoon::mock_engine
