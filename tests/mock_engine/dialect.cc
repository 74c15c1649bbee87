#include "tests/mock_engine/dialect.h"

#include <algorithm>
#include <iterator>

namespace monsoon::mock_engine {
namespace {

struct CommonError {
  int status;
  std::string_view type;
  std::string_view message;
};

constexpr CommonError kCommon[] = {
    {400, "BadRequestError", "The request is not understood."},
    {401, "AuthenticationError", "Unauthorized"},
    {403, "PermissionDeniedError", "This key may not do that."},
    {404, "NotFoundError", "The model does not exist."},
    {405, "BadRequestError", "Method Not Allowed"},
    {422, "UnprocessableEntityError", "The request asks for something impossible."},
    {429, "RateLimitError", "Too many requests."},
    {503, "ServiceUnavailableError", "The server is overloaded."},
    {529, "OverloadedError", "Overloaded"},
};

// The first segment of `path`, without it and its slash in `path` afterwards.
std::string_view TakeSegment(std::string_view* path) {
  const size_t end = std::min(path->find('/'), path->size());
  const std::string_view segment = path->substr(0, end);
  path->remove_prefix(std::min(end + 1, path->size()));
  return segment;
}

}  // namespace

EngineError ErrorOf(const Dialect& dialect, int status) {
  for (const ErrorText& own : dialect.errors) {
    if (own.status == status) return {status, own.type, own.message};
  }
  const auto* common = std::find_if(std::begin(kCommon), std::end(kCommon),
                                    [&](const CommonError& one) { return one.status == status; });
  if (common != std::end(kCommon)) return {status, common->type, common->message};
  const auto internal = std::find_if(dialect.errors.begin(), dialect.errors.end(),
                                     [](const ErrorText& one) { return one.status == 500; });
  if (internal != dialect.errors.end()) return {status, internal->type, internal->message};
  return {status, "InternalServerError", "EngineCore died"};
}

std::string ErrorBody(const Dialect& dialect, const Wire* wire, const EngineError& error) {
  const bool own = wire != nullptr && !wire->error_body.empty();
  if (error.status == 401) {
    if (dialect.unauthorized_is_empty) return "";
    if (!dialect.unauthorized.empty()) return dialect.unauthorized;
  }
  AnswerState state;
  state.error = error;
  state.ascii_only = wire != nullptr && wire->ascii_only;
  return (own ? wire->error_body : dialect.error_body).Render(std::move(state));
}

FoundRoute FindRoute(const std::vector<const Dialect*>& dialects, std::string_view path) {
  FoundRoute found;
  for (const Dialect* dialect : dialects) {
    for (const Route& route : dialect->routes) {
      if (!MatchesPath(route.path, path, &found.model)) continue;
      found.dialect = dialect;
      found.route = &route;
      return found;
    }
  }
  return found;
}

bool MatchesPath(std::string_view pattern, std::string_view path, std::string* segment) {
  if (pattern == path) return true;
  if (pattern.find('*') == std::string_view::npos) return false;
  if (std::count(pattern.begin(), pattern.end(), '/') !=
      std::count(path.begin(), path.end(), '/')) {
    return false;
  }
  std::string_view wild;
  while (!pattern.empty() || !path.empty()) {
    const std::string_view wanted = TakeSegment(&pattern);
    const std::string_view given = TakeSegment(&path);
    if (wanted == "*" ? given.empty() : wanted != given) return false;
    if (wanted == "*" && wild.empty()) wild = given;
  }
  *segment = std::string(wild);
  return true;
}

}  // namespace monsoon::mock_engine
