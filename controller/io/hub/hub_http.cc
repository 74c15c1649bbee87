#include "controller/io/hub/hub_http.h"

#include <utility>

#include "common/base/str_cat.h"
#include "controller/core/hub/hub_url.h"

namespace monsoon {
namespace {

constexpr int kMaxRedirects = 10;

bool HasBody(const ResponseFacts& facts) { return facts.status == 200 || facts.status == 206; }

void AddCredentials(Hub hub, const Secret& token, std::vector<std::string>& headers) {
  if (token.empty()) return;
  headers.push_back(StrCat("Authorization: Bearer ", token.Reveal()));
  // Its older API knows the token by this name only.
  if (hub == Hub::kModelScope) headers.push_back(StrCat("Cookie: m_session_id=", token.Reveal()));
}

void Collect(const ResponseFacts& facts, ResponseFacts& on_hub) {
  if (!facts.linked_etag.empty()) on_hub.linked_etag = facts.linked_etag;
  if (facts.linked_size.has_value()) on_hub.linked_size = facts.linked_size;
  if (!facts.commit.empty()) on_hub.commit = facts.commit;
}

}  // namespace

HubHttp::HubHttp(const HubSettings& settings, std::function<bool()> keep_going)
    : settings_(settings),
      transfer_({.stall_s = settings.stall_s,
                 .certificates = settings.certificates,
                 .keep_going = std::move(keep_going)}) {}

HubAnswer HubHttp::Head(Hub hub, const std::string& url) {
  return Follow(hub, {.url = url, .head = true}, /*leave_hub=*/false, {});
}

HubAnswer HubHttp::Get(Hub hub, const std::string& url, const std::vector<std::string>& headers,
                       BodySink& sink) {
  // The text of a redirect or an error is no part of the file.
  bool wanted = false;
  TransferHooks hooks;
  hooks.on_head = [&](const ResponseFacts& facts) {
    wanted = HasBody(facts);
    return wanted ? sink.Begin(facts) : absl::OkStatus();
  };
  hooks.on_body = [&](std::string_view bytes) {
    return wanted ? sink.Append(bytes) : absl::OkStatus();
  };
  return Follow(hub, {.url = url, .headers = headers}, /*leave_hub=*/true, hooks);
}

HubAnswer HubHttp::Follow(Hub hub, TransferRequest request, bool leave_hub,
                          const TransferHooks& hooks) {
  const HubServer& server = settings_.server(hub);
  const std::optional<std::string> home = OriginOf(server.endpoint);
  // Compressed bytes have another length and another hash.
  request.headers.push_back("Accept-Encoding: identity");
  const std::vector<std::string> plain_headers = request.headers;
  HubAnswer answer;
  for (int redirects = 0; redirects <= kMaxRedirects; ++redirects) {
    answer.from_hub = OriginOf(request.url) == home;
    request.headers = plain_headers;
    if (answer.from_hub) AddCredentials(hub, server.token, request.headers);
    answer.status = transfer_.Perform(request, hooks, answer.facts);
    if (!answer.status.ok()) return answer;
    if (answer.from_hub) Collect(answer.facts, answer.on_hub);
    if (!answer.facts.is_redirect()) return answer;
    const std::optional<std::string> next = ResolveLocation(request.url, answer.facts.location);
    if (!next.has_value()) {
      answer.status = absl::FailedPreconditionError(
          StrCat(WithoutQuery(request.url), " redirects to '", WithoutQuery(answer.facts.location),
                 "', which is no URL that may be followed from there"));
      return answer;
    }
    if (!leave_hub && OriginOf(*next) != home) return answer;
    request.url = *next;
  }
  answer.status = absl::FailedPreconditionError(
      StrCat(WithoutQuery(request.url), ": more than ", kMaxRedirects, " redirects"));
  return answer;
}

}  // namespace monsoon
