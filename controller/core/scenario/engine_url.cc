#include "controller/core/scenario/engine_url.h"

#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"

#include "common/base/str_cat.h"
#include "common/model/engine_type.h"
#include "controller/core/scenario/checks.h"

namespace monsoon {
namespace {

struct UrlParts {
  std::string_view scheme;     // with "://"
  std::string_view authority;  // host[:port], perhaps with user@
  std::string_view path;       // "" or from '/'
  std::string_view query;      // "" or from '?'
};

bool Contains(std::string_view text, char c) { return text.find(c) != std::string_view::npos; }

std::optional<UrlParts> SplitUrl(std::string_view url) {
  const size_t scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return std::nullopt;
  UrlParts parts;
  parts.scheme = url.substr(0, scheme_end + 3);
  std::string_view rest = url.substr(scheme_end + 3);
  const size_t authority_end = rest.find_first_of("/?#");
  parts.authority = rest.substr(0, authority_end);
  rest.remove_prefix(parts.authority.size());
  parts.path = rest.substr(0, rest.find('?'));
  parts.query = rest.substr(parts.path.size());
  return parts;
}

bool IsAuthority(std::string_view authority) {
  const bool bracketed = authority.starts_with('[');
  const size_t host_end = bracketed ? authority.find(']') : authority.find(':');
  const std::string_view after =
      host_end == std::string_view::npos ? "" : authority.substr(host_end + (bracketed ? 1 : 0));
  // A host alone is complete: give it a port, so that one rule checks both forms.
  return CheckHostPort(after.empty() ? StrCat(authority, ":80") : std::string(authority)).ok();
}

// For one segment of a path: what RFC 3986 calls unreserved stays.
std::string PercentEncoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool unreserved = absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' ||
                            c == '.' || c == '_' || c == '~';
    if (unreserved) {
      encoded += c;
    } else {
      absl::StrAppendFormat(&encoded, "%%%02X", static_cast<unsigned>(static_cast<uint8_t>(c)));
    }
  }
  return encoded;
}

}  // namespace

bool IsSecretName(std::string_view name) {
  const std::string lower = absl::AsciiStrToLower(ToAbsl(name));
  for (const char* part :
       {"authorization", "api-key", "api_key", "apikey", "secret", "password", "cookie"}) {
    if (lower.find(part) != std::string::npos) return true;
  }
  return lower == "key" || lower.ends_with("token") || lower.ends_with("-key") ||
         lower.ends_with("_key");
}

bool UrlHasSecret(std::string_view url) {
  const std::optional<UrlParts> parts = SplitUrl(url);
  if (!parts.has_value()) return Contains(url, '@');
  if (Contains(parts->authority, '@')) return true;
  std::string_view fields = parts->query;
  while (!fields.empty()) {
    fields.remove_prefix(1);  // '?' or '&'
    const std::string_view field = fields.substr(0, fields.find('&'));
    if (IsSecretName(field.substr(0, field.find('=')))) return true;
    fields.remove_prefix(field.size());
  }
  return false;
}

absl::StatusOr<std::string> ResolveEngineUrl(std::string_view url, std::string_view default_path) {
  constexpr std::string_view kForm =
      "expected http://HOST[:PORT][/PATH] or https://HOST[:PORT][/PATH]";
  const std::optional<UrlParts> parts = SplitUrl(url);
  if (!parts.has_value() || (parts->scheme != "http://" && parts->scheme != "https://")) {
    return absl::InvalidArgumentError(ToAbsl(kForm));
  }
  for (const char c : url) {
    if (absl::ascii_iscntrl(c) || c == ' ') {
      return absl::InvalidArgumentError("expected a URL without spaces (write %20)");
    }
  }
  if (Contains(url, '#')) {
    return absl::InvalidArgumentError("expected a URL without '#': a fragment is never sent");
  }
  if (!IsAuthority(parts->authority)) {
    return absl::InvalidArgumentError(StrCat(kForm, ", with a host and a port from 1 to 65535"));
  }
  if (!parts->path.empty() && parts->path != "/") return std::string(url);
  if (!parts->query.empty()) default_path = default_path.substr(0, default_path.find('?'));
  return StrCat(parts->scheme, parts->authority, default_path, parts->query);
}

std::string_view EngineUrlPath(std::string_view url) {
  const std::optional<UrlParts> parts = SplitUrl(url);
  return parts.has_value() && parts->path != "/" ? parts->path : std::string_view();
}

void CompleteEngineUrl(CaseSpec& spec) {
  std::string& url = spec.engine.url;
  const EngineRoute* const route = FindEngineRoute(spec.engine.type, spec.engine.route);
  if (route == nullptr || url.empty()) return;
  const bool other_path = !spec.sampling.stream && !route->path_without_stream.empty();
  const auto completed =
      ResolveEngineUrl(url, other_path ? route->path_without_stream : route->path);
  if (completed.ok()) url = *completed;
  absl::StrReplaceAll({{"{model}", PercentEncoded(spec.model.name)}}, &url);
}

}  // namespace monsoon
