#include "tests/mock_engine/engine.h"

#include <utility>

#include "absl/strings/match.h"

#include "common/base/str_cat.h"
#include "tests/mock_engine/answer_modifiers.h"
#include "tests/mock_engine/http_response.h"
#include "tests/mock_engine/stream_answer.h"
#include "tests/mock_engine/vocabulary.h"
#include "tests/mock_engine/whole_answer.h"

namespace monsoon::mock_engine {
namespace {

using Guard = Dialect::Guard;

bool HasQuery(std::string_view target, std::string_view name) {
  const size_t query = target.find('?');
  return query != std::string_view::npos &&
         absl::StrContains(ToAbsl(target.substr(query)), StrCat(name, "="));
}

// What the log says of a fault that has no form in this answer: it is a good one.
Fault FaultOfWhole(Fault fault) { return fault == Fault::kNoDone ? Fault::kNone : fault; }

Fault FaultOfStream(Fault fault, const Wire& wire) {
  return fault == Fault::kNoDone && !wire.says_its_end() ? Fault::kNone : fault;
}

}  // namespace

Reply Engine::Handle(const HttpRequest& request, int64_t unix_now_s) {
  const std::string_view target = request.target;
  const std::string_view path = target.substr(0, target.find('?'));
  FoundRoute found;
  if (request.method == "POST") found = FindRoute(options_.dialects, path);
  const Dialect& dialect = found.dialect != nullptr ? *found.dialect : *options_.dialects.front();
  Reply reply;
  if (found.route != nullptr) {
    if (!Authorised(request, dialect, path)) {
      reply = ErrorReply({dialect, &found.route->wire, request.keep_alive}, ErrorOf(dialect, 401));
    } else if (found.route->wire.tokenizes) {
      reply = HandleTokenizer(request, dialect, *found.route);
    } else {
      reply = HandleGeneration(request, dialect, *found.route, found.model, unix_now_s);
    }
  } else {
    reply = HandlePage(request, path);
  }
  reply.is_generation = found.route != nullptr && !found.route->wire.tokenizes;
  reply.close_after |= !request.keep_alive;
  return reply;
}

Reply Engine::Refuse(int status, std::string_view text) const {
  Reply reply =
      ErrorReply({*options_.dialects.front(), nullptr, false}, {status, "BadRequestError", text});
  reply.close_after = true;
  return reply;
}

bool Engine::Authorised(const HttpRequest& request, const Dialect& dialect,
                        std::string_view path) const {
  if (options_.api_key.empty()) return true;
  const bool guarded = dialect.guard == Guard::kV1      ? path.starts_with("/v1")
                       : dialect.guard == Guard::kPosts ? request.method == "POST"
                                                        : path != "/health";
  if (!guarded) return true;
  if (dialect.bearer && request.authorization == StrCat("Bearer ", options_.api_key)) return true;
  if (dialect.key_header == "x-api-key") return request.x_api_key == options_.api_key;
  return dialect.key_header == "api-key" && request.api_key == options_.api_key;
}

absl::Status Engine::CheckHead(const HttpRequest& request, const Dialect& dialect,
                               const Route& route) const {
  if (dialect.needs_json_type &&
      !absl::StartsWithIgnoreCase(request.content_type, "application/json")) {
    return absl::InvalidArgumentError("The request needs content-type: application/json.");
  }
  if (!route.needed_query.empty() && !HasQuery(request.target, route.needed_query)) {
    return absl::NotFoundError("Resource not found");
  }
  if (route.needs_version && request.anthropic_version.empty()) {
    return absl::InvalidArgumentError("anthropic-version: header is required");
  }
  return absl::OkStatus();
}

absl::StatusOr<GenerationRequest> Engine::ReadBody(const HttpRequest& request, const Route& route,
                                                   std::string_view model) {
  using Stream = RequestShape::Stream;
  const RequestShape& shape = route.wire.request;
  absl::StatusOr<GenerationRequest> body = reader_.Read(request.body, shape);
  if (!body.ok()) return body;
  if (body->model.empty()) body->model = model.empty() ? options_.model : std::string(model);
  if (shape.stream == Stream::kAlways) body->stream = true;
  if (shape.stream == Stream::kNever) body->stream = false;
  if (shape.stream == Stream::kDashScopeHeader) body->stream = request.dashscope_sse;
  if (body->stream && request.http_1_0) {
    return absl::InvalidArgumentError("A stream needs HTTP/1.1.");
  }
  return body;
}

Reply Engine::HandleGeneration(const HttpRequest& request, const Dialect& dialect,
                               const Route& route, std::string_view model, int64_t unix_now_s) {
  Asked asked{.http = request, .dialect = dialect, .route = route, .unix_now_s = unix_now_s};
  asked.index = next_request_.fetch_add(1, std::memory_order_relaxed);
  absl::Status status = CheckHead(request, dialect, route);
  if (status.ok()) {
    absl::StatusOr<GenerationRequest> body = ReadBody(request, route, model);
    if (body.ok()) {
      asked.body = *std::move(body);
    } else {
      status = body.status();
    }
  }
  if (!status.ok()) {
    EngineError error = ErrorOf(dialect, absl::IsNotFound(status) ? 404 : 400);
    error.message = ToStd(status.message());
    return ErrorReply({dialect, &route.wire, request.keep_alive}, error);
  }
  asked.faults = options_.faults.Choose(options_.script.seed, asked.index);
  Reply reply = ReplyTo(asked);
  reply.prompt_tokens = asked.body.prompt_tokens;
  reply.close_after = asked.faults.has(Fault::kKeepAliveClose) ||
                      asked.faults.has(Fault::kConnectionClose) ||
                      asked.faults.has(Fault::kCloseDelimited);
  reply.half_close_after = asked.faults.has(Fault::kHalfClose);
  reply.reset_after = asked.faults.has(Fault::kResetAfterEnd);
  return reply;
}

Reply Engine::ReplyTo(const Asked& asked) const {
  const Fault fault = asked.faults.main();
  if (IsWholeReply(fault)) {
    return FaultReply({asked.dialect, &asked.route.wire, asked.http.keep_alive}, fault,
                      options_.retry_form, asked.unix_now_s);
  }
  if (fault != Fault::kHangBeforeHeaders && fault != Fault::kCloseWithoutReply) {
    return MakeAnswer(asked);
  }
  Reply reply;
  reply.kind = fault == Fault::kHangBeforeHeaders ? Reply::Kind::kHang : Reply::Kind::kDrop;
  reply.outcome = FaultOutcome(fault);
  return reply;
}

AnswerState Engine::StateOf(const Asked& asked) const {
  const Wire& wire = asked.route.wire;
  AnswerState state;
  state.request_index = asked.index;
  AppendJsonText(asked.body.model, wire.ascii_only, &state.model);
  state.prompt = asked.body.prompt;
  state.created_s = asked.unix_now_s;
  state.reasoning_field =
      options_.reasoning_field.empty() ? asked.dialect.reasoning_field : options_.reasoning_field;
  state.reasoning_tokens = options_.script.reasoning_tokens;
  state.items = asked.body.items;
  state.flags = asked.body.flags;
  if (!options_.stream_usage) {
    for (const Flag flag : {Flag::kUsage, Flag::kContinuous, Flag::kCounts}) {
      state.Set(flag, false);
    }
  }
  const bool cumulative = wire.cumulative && !state.has(Flag::kIncremental);
  state.Set(Flag::kCumulative, options_.cumulative.value_or(cumulative));
  state.Set(Flag::kOld, options_.old_version);
  state.Set(Flag::kTool, options_.tool_call);
  state.usage.prompt_tokens = asked.body.prompt_tokens;
  if (asked.faults.has(Fault::kCached)) {
    state.usage.cached_tokens = asked.body.prompt_tokens / 2;
    state.Set(Flag::kCached);
  }
  return state;
}

Reply Engine::MakeAnswer(const Asked& asked) const {
  const Wire& wire = asked.route.wire;
  const std::optional<int64_t> limit =
      wire.generates ? asked.body.max_tokens : std::optional<int64_t>(0);
  TokenScript script(options_.script, asked.index, asked.body.prompt_tokens, limit);
  AnswerState state = StateOf(asked);
  if (asked.faults.has(Fault::kBadUtf8)) state.bad_utf8_at = script.tokens() / 2;
  const bool no_text = asked.faults.main() == Fault::kEmpty && !asked.body.stream;
  AnswerWriter writer(wire, std::move(state), no_text ? 0 : script.tokens(),
                      script.stopped_by_limit());
  Reply reply = asked.body.stream ? MakeStream(asked, std::move(writer), std::move(script))
                                  : MakeWhole(asked, std::move(writer), std::move(script));
  reply.kind = Reply::Kind::kAnswer;
  reply.answer = Modify(std::move(reply.answer), asked);
  return reply;
}

Reply Engine::MakeStream(const Asked& asked, AnswerWriter writer, TokenScript script) const {
  const StreamPlan plan = {
      .faults = asked.faults,
      .keep_alive = asked.http.keep_alive,
      .failure = ErrorOf(asked.dialect, 500),
      .overload = ErrorOf(asked.dialect, asked.dialect.overload),
      .random = Random::ForRequest(options_.script.seed, asked.index, Purpose::kSplit)};
  Reply reply;
  reply.outcome = FaultOutcome(FaultOfStream(asked.faults.main(), asked.route.wire));
  auto answer = std::make_unique<StreamAnswer>(std::move(script), std::move(writer), plan);
  reply.status = answer->status();
  reply.answer = std::move(answer);
  return reply;
}

Reply Engine::MakeWhole(const Asked& asked, AnswerWriter writer, TokenScript script) const {
  const Fault fault = asked.faults.main();
  WholePlan plan = {
      .faults = asked.faults,
      .keep_alive = asked.http.keep_alive,
      .random = Random::ForRequest(options_.script.seed, asked.index, Purpose::kSplit)};
  if (fault == Fault::kErrorFirst) plan.status = asked.dialect.overload;
  if (fault == Fault::kErrorInStream) plan.status = 500;
  if (plan.status != 200) {
    plan.error_body =
        ErrorBody(asked.dialect, &asked.route.wire, ErrorOf(asked.dialect, plan.status));
  }
  Reply reply;
  reply.status = plan.status;
  reply.outcome = FaultOutcome(FaultOfWhole(fault));
  reply.answer =
      std::make_unique<WholeAnswer>(std::move(script), std::move(writer), std::move(plan));
  return reply;
}

std::unique_ptr<Answer> Engine::Modify(std::unique_ptr<Answer> answer, const Asked& asked) const {
  const FaultChoice& faults = asked.faults;
  if (faults.has(Fault::kSlowHeaders)) answer = std::make_unique<SlowHeaders>(std::move(answer));
  if (faults.has(Fault::kSplitWrites) || faults.has(Fault::kByteWrites)) {
    answer = std::make_unique<SplitWrites>(
        std::move(answer), Random::ForRequest(options_.script.seed, asked.index, Purpose::kSplit),
        faults.has(Fault::kByteWrites) ? SplitWrites::kEveryByte : SplitWrites::kAnywhere);
  }
  return answer;
}

}  // namespace monsoon::mock_engine
