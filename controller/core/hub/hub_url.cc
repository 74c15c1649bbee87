#include "controller/core/hub/hub_url.h"

#include <algorithm>

#include "absl/strings/ascii.h"

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

constexpr std::string_view kHttp = "http://";
constexpr std::string_view kHttps = "https://";

std::string PercentEncode(std::string_view text, std::string_view kept) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = absl::ascii_isalnum(byte) || c == '-' || c == '.' || c == '_' || c == '~';
    if (plain || kept.find(c) != kept.npos) {
      out += c;
    } else {
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

std::string_view KindFolder(const HubFile& file) {
  if (file.kind == RepoKind::kDataset) return "datasets/";
  return file.hub == Hub::kModelScope ? "models/" : "";
}

// Length of "https://host:port" in front of `url`.
size_t OriginLength(std::string_view url) {
  const size_t host = url.find("://") + 3;
  return std::min(url.find_first_of("/?#", host), url.size());
}

}  // namespace

std::optional<std::string> OriginOf(std::string_view url) {
  std::string text = absl::AsciiStrToLower(ToAbsl(url));
  const bool tls = text.starts_with(kHttps);
  if (!tls && !text.starts_with(kHttp)) return std::nullopt;
  text.resize(OriginLength(text));
  const size_t host = text.find("://") + 3;
  if (const size_t at = text.rfind('@'); at != text.npos) text.erase(host, at + 1 - host);
  const size_t bracket = text.rfind(']');
  const size_t colon = text.rfind(':');
  const bool has_port = colon >= host && (bracket == text.npos || colon > bracket);
  if (text.size() == host || colon == host) return std::nullopt;
  if (!has_port) return StrCat(text, tls ? ":443" : ":80");
  const std::string_view port = std::string_view(text).substr(colon + 1);
  if (port.empty() || port.find_first_not_of("0123456789") != port.npos) return std::nullopt;
  return text;
}

std::optional<std::string> ResolveLocation(std::string_view base, std::string_view location) {
  if (location.empty() || !OriginOf(base).has_value()) return std::nullopt;
  std::string target;
  const std::string_view scheme = base.substr(0, base.find("://"));
  const size_t path = OriginLength(base);
  if (location.find("://") < location.find_first_of("/?#")) {
    target = std::string(location);
  } else if (location.starts_with("//")) {
    target = StrCat(scheme, ":", location);
  } else if (location.starts_with('/')) {
    target = StrCat(base.substr(0, path), location);
  } else {
    // Relative to the folder of the base's path.
    const std::string_view before = base.substr(0, std::min(base.find_first_of("?#"), base.size()));
    const size_t slash = before.rfind('/');
    target = slash < path || slash == before.npos ? StrCat(before.substr(0, path), "/", location)
                                                  : StrCat(before.substr(0, slash + 1), location);
  }
  const std::optional<std::string> origin = OriginOf(target);
  if (!origin.has_value()) return std::nullopt;
  const bool loses_tls = OriginOf(base)->starts_with(kHttps) && !origin->starts_with(kHttps);
  if (loses_tls) return std::nullopt;
  return target;
}

std::string FileUrl(std::string_view endpoint, const HubFile& file) {
  return StrCat(endpoint, "/", KindFolder(file), file.repo, "/resolve/",
                PercentEncode(file.revision, ""), "/", PercentEncode(file.path, "/"));
}

std::string PageUrl(std::string_view endpoint, const HubFile& file) {
  return StrCat(endpoint, "/", KindFolder(file), file.repo);
}

std::string ListingUrl(std::string_view endpoint, const HubFile& file, int page) {
  const bool dataset = file.kind == RepoKind::kDataset;
  return StrCat(endpoint, "/api/v1/", KindFolder(file), file.repo,
                dataset ? "/repo/tree" : "/repo/files",
                "?Revision=", PercentEncode(file.revision, ""), "&Recursive=True&PageNumber=", page,
                "&PageSize=", kListingPageSize);
}

std::string WithoutQuery(std::string_view url) {
  return std::string(url.substr(0, std::min(url.find('?'), url.size())));
}

}  // namespace monsoon
