// What the engine answers at once, without a script: pages, and how a tokenizer splits a prompt.
#include "common/base/str_cat.h"
#include "tests/mock_engine/engine.h"
#include "tests/mock_engine/vocabulary.h"

namespace monsoon::mock_engine {

Reply Engine::HandleTokenizer(const HttpRequest& request, const Dialect& dialect,
                              const Route& route) {
  const absl::Status status = CheckHead(request, dialect, route);
  const absl::StatusOr<GenerationRequest> body =
      status.ok() ? ReadBody(request, route, "") : absl::StatusOr<GenerationRequest>(status);
  if (!body.ok()) {
    EngineError error = ErrorOf(dialect, 400);
    error.message = ToStd(body.status().message());
    return ErrorReply({dialect, &route.wire, request.keep_alive}, error);
  }
  AnswerState state;
  state.ascii_only = route.wire.ascii_only;
  state.usage.prompt_tokens = body->prompt_tokens;
  state.words = body->prompt_tokens;
  std::string answer = route.wire.whole_begin.Render(state);
  for (int64_t i = 0; i < body->prompt_tokens && !route.wire.whole_item.empty(); ++i) {
    if (i > 0) answer += route.wire.item_separator;
    state.item = i;
    state.chunk = {.first_token = i, .tokens = 1};
    answer += route.wire.whole_item.Render(state);
  }
  answer += route.wire.whole_end.Render(state);
  return PageReply("application/json", answer, request.keep_alive);
}

Reply Engine::HandlePage(const HttpRequest& request, std::string_view path) const {
  const Dialect& first = *options_.dialects.front();
  const ErrorContext context = {first, nullptr, request.keep_alive};
  std::string model;
  for (const Dialect* dialect : options_.dialects) {
    for (const Page& page : dialect->pages) {
      if (!MatchesPath(page.path, path, &model)) continue;
      if (!Authorised(request, *dialect, path)) {
        return ErrorReply({*dialect, nullptr, request.keep_alive}, ErrorOf(*dialect, 401));
      }
      if (request.method != "GET") return ErrorReply(context, ErrorOf(first, 405));
      AnswerState state;
      AppendJsonText(model.empty() ? options_.model : model, false, &state.model);
      Reply reply = PageReply(page.content_type, page.body.Render(state), request.keep_alive);
      reply.is_dangerous = page.dangerous;
      return reply;
    }
  }
  if (!Authorised(request, first, path)) return ErrorReply(context, ErrorOf(first, 401));
  const bool is_route = FindRoute(options_.dialects, path).route != nullptr;
  EngineError error = ErrorOf(first, is_route ? 405 : 404);
  if (!is_route) error.message = "Not Found";
  return ErrorReply(context, error);
}

}  // namespace monsoon::mock_engine
