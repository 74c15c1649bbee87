// Anthropic's own API: x-api-key and anthropic-version, errors with a type, 529 when overloaded.
#include "tests/mock_engine/dialects/dialects.h"
#include "tests/mock_engine/dialects/parts.h"

namespace monsoon::mock_engine {

Dialect Anthropic() {
  Dialect anthropic;
  anthropic.name = "anthropic";
  anthropic.routes = {{.path = "/v1/messages", .wire = MessagesWire(), .needs_version = true}};
  anthropic.routes[0].wire.request.refused = {"/ignore_eos", "/min_tokens", "/seed",
                                              "/repetition_penalty"};
  anthropic.pages = {{.path = "/v1/models",
                      .body = R"({"data":[{"type":"model","id":"<model>","display_name":"Mock",)"
                              R"("created_at":"2026-01-01T00:00:00Z"}],"has_more":false,)"
                              R"("first_id":"<model>","last_id":"<model>"})"}};
  anthropic.guard = Dialect::Guard::kV1;
  anthropic.key_header = "x-api-key";
  anthropic.bearer = false;
  anthropic.overload = 529;
  anthropic.error_body =
      R"({"type":"error","error":{"type":"<type>","message":"<message>"},"request_id":"req_mock"})";
  anthropic.errors = {{400, "invalid_request_error", "The request is not understood."},
                      {401, "authentication_error", "invalid x-api-key"},
                      {403, "permission_error", "This key may not do that."},
                      {404, "not_found_error", "model: m"},
                      {429, "rate_limit_error", "This request would exceed your rate limit."},
                      {500, "api_error", "Internal server error"},
                      {529, "overloaded_error", "Overloaded"}};
  return anthropic;
}

}  // namespace monsoon::mock_engine
