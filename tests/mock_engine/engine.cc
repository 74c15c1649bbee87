#include "tests/mock_engine/engine.h"

#include <optional>
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

constexpr std::string_view kChatPath = "/v1/chat/completions";

EngineError ErrorOfStatus(int status) {
  switch (status) {
    case 401:
      return {401, "AuthenticationError", "Unauthorized"};
    case 404:
      return {404, "NotFoundError", "The model does not exist."};
    case 429:
      return {429, "RateLimitError", "Too many requests."};
    case 503:
      return {503, "ServiceUnavailableError", "The server is overloaded."};
    default:
      return {status, "InternalServerError", "EngineCore died"};
  }
}

// What the log says of a request which gets a whole answer: faults that have no form there leave
// it a good one.
Fault FaultOfWhole(Fault fault) { return fault == Fault::kNoDone ? Fault::kNone : fault; }

}  // namespace

Reply Engine::Handle(const HttpRequest& request, int64_t unix_now_s) {
  const std::string_view target = request.target;
  const std::string_view path = target.substr(0, target.find('?'));
  const bool is_chat = path == kChatPath && request.method == "POST";
  Reply reply;
  if (!Authorised(request, path)) {
    reply = Error(ErrorOfStatus(401), request.keep_alive);
  } else {
    reply = is_chat ? HandleChat(request, unix_now_s) : HandleGet(request, path);
  }
  reply.is_chat = is_chat;
  reply.close_after |= !request.keep_alive;
  return reply;
}

Reply Engine::Refuse(int status, std::string_view text) const {
  Reply reply = Error({status, "BadRequestError", text}, false);
  reply.close_after = true;
  return reply;
}

bool Engine::Authorised(const HttpRequest& request, std::string_view path) const {
  if (options_.api_key.empty()) return true;
  const bool guarded =
      options_.dialect == Dialect::kVllm ? path.starts_with("/v1") : path != "/health";
  return !guarded || request.authorization == StrCat("Bearer ", options_.api_key);
}

Reply Engine::HandleChat(const HttpRequest& request, int64_t unix_now_s) {
  const uint64_t request_index = next_request_.fetch_add(1, std::memory_order_relaxed);
  if (!absl::StartsWithIgnoreCase(request.content_type, "application/json")) {
    return Error({400, "BadRequestError", "The request needs content-type: application/json."},
                 request.keep_alive);
  }
  absl::StatusOr<ChatRequest> chat = reader_.Read(request.body);
  if (chat.ok() && chat->stream && request.http_1_0) {
    chat = absl::InvalidArgumentError("A stream needs HTTP/1.1.");
  }
  if (!chat.ok()) {
    return Error({400, "BadRequestError", ToStd(chat.status().message())}, request.keep_alive);
  }
  const FaultChoice faults = options_.faults.Choose(options_.script.seed, request_index);
  Reply reply;
  if (HttpStatusOf(faults.main()) != 0) {
    reply = HttpFault(faults.main(), request.keep_alive);
  } else if (faults.main() == Fault::kHangBeforeHeaders) {
    reply.kind = Reply::Kind::kHang;
    reply.outcome = FaultOutcome(faults.main());
  } else if (faults.main() == Fault::kCloseWithoutReply) {
    reply.kind = Reply::Kind::kDrop;
    reply.outcome = FaultOutcome(faults.main());
  } else {
    reply = MakeAnswer(request, *chat, request_index, faults, unix_now_s);
  }
  reply.prompt_tokens = chat->prompt_tokens;
  reply.close_after = faults.has(Fault::kKeepAliveClose);
  return reply;
}

AnswerIdentity Engine::Identify(const ChatRequest& chat, uint64_t request_index,
                                int64_t unix_now_s) const {
  AnswerIdentity identity;
  identity.request_index = request_index;
  identity.model = chat.model;
  identity.created_s = unix_now_s;
  identity.usage_in_stream = chat.include_usage && options_.stream_usage;
  identity.continuous_usage = chat.continuous_usage && options_.stream_usage;
  const std::string_view own_field =
      options_.dialect == Dialect::kVllm ? "reasoning" : "reasoning_content";
  identity.reasoning_field =
      options_.reasoning_field.empty() ? own_field : options_.reasoning_field;
  return identity;
}

Reply Engine::MakeAnswer(const HttpRequest& request, const ChatRequest& chat,
                         uint64_t request_index, const FaultChoice& faults,
                         int64_t unix_now_s) const {
  const AnswerIdentity identity = Identify(chat, request_index, unix_now_s);
  std::unique_ptr<EventRenderer> renderer = MakeRenderer(options_.dialect, identity);
  TokenScript script(options_.script, request_index, chat.prompt_tokens, chat.max_tokens);
  Usage usage;
  usage.prompt_tokens = chat.prompt_tokens;
  if (faults.has(Fault::kCached)) usage.cached_tokens = chat.prompt_tokens / 2;

  Reply reply;
  reply.kind = Reply::Kind::kAnswer;
  reply.status = 200;
  reply.outcome = FaultOutcome(chat.stream ? faults.main() : FaultOfWhole(faults.main()));
  if (chat.stream) {
    reply.answer =
        std::make_unique<StreamAnswer>(script, std::move(renderer), usage, identity.usage_in_stream,
                                       faults.main(), request.keep_alive);
  } else {
    auto whole = std::make_unique<WholeAnswer>(script, std::move(renderer), usage,
                                               options_.script.reasoning_tokens, options_.dialect,
                                               faults.main(), request.keep_alive);
    reply.status = whole->status();
    reply.answer = std::move(whole);
  }
  reply.answer = Modify(std::move(reply.answer), chat.stream, request_index, faults);
  return reply;
}

std::unique_ptr<Answer> Engine::Modify(std::unique_ptr<Answer> answer, bool stream,
                                       uint64_t request_index, const FaultChoice& faults) const {
  if (stream && faults.has(Fault::kComments)) {
    answer = std::make_unique<CommentHeartbeats>(std::move(answer));
  }
  if (faults.has(Fault::kSplitWrites)) {
    answer = std::make_unique<SplitWrites>(
        std::move(answer),
        Random::ForRequest(options_.script.seed, request_index, Purpose::kSplit));
  }
  return answer;
}

Reply Engine::HttpFault(Fault fault, bool keep_alive) const {
  const int status = HttpStatusOf(fault);
  Reply reply = Error(ErrorOfStatus(status), keep_alive, status == 429 ? "retry-after: 7\r\n" : "");
  reply.outcome = FaultOutcome(fault);
  return reply;
}

Reply Engine::HandleGet(const HttpRequest& request, std::string_view path) const {
  const bool known = path == kChatPath || path == "/v1/models" || path == "/health" ||
                     (path == "/version" && options_.dialect == Dialect::kVllm);
  if (!known) return Error({404, "NotFoundError", "Not Found"}, request.keep_alive);
  if (path == kChatPath || request.method != "GET") {
    return Error({405, "BadRequestError", "Method Not Allowed"}, request.keep_alive);
  }
  if (path == "/version") return Json(R"({"version":"0.0.0+mock"})", request.keep_alive);
  if (path == "/health") {
    const bool lmdeploy = options_.dialect == Dialect::kLmdeploy;
    return Json(lmdeploy ? R"({"status": "healthy"})" : "", request.keep_alive);
  }
  return Json(StrCat(R"({"object":"list","data":[{"id":)", JsonString(options_.model),
                     R"(,"object":"model","created":0,"owned_by":")",
                     options_.dialect == Dialect::kVllm ? "vllm" : "lmdeploy",
                     R"(","parent":null,"max_model_len":1048576}]})"),
              request.keep_alive);
}

Reply Engine::Error(const EngineError& error, bool keep_alive,
                    std::string_view extra_headers) const {
  Reply reply;
  reply.status = error.status;
  reply.outcome = "rejected";
  reply.bytes = WholeResponse(error.status, "application/json", ErrorBody(options_.dialect, error),
                              keep_alive, extra_headers);
  return reply;
}

Reply Engine::Json(std::string_view body, bool keep_alive) const {
  Reply reply;
  reply.status = 200;
  reply.bytes = WholeResponse(200, "application/json", body, keep_alive);
  return reply;
}

}  // namespace monsoon::mock_engine
