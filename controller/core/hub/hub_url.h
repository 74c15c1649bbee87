// The hubs' URLs, and the little of RFC 3986 that following their redirects takes. Pure text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "controller/core/hub/hub_file.h"

namespace monsoon {

// "https://host:443" of an absolute http or https URL, in lower case, the port always there. Two
// URLs with one origin are one server: a token for the one may go to the other. nullopt for
// anything else.
std::optional<std::string> OriginOf(std::string_view url);

// What a redirect's Location means on `base`: an absolute URL. nullopt when it is no http or https
// URL, or would leave https for http.
std::optional<std::string> ResolveLocation(std::string_view base, std::string_view location);

// The file itself; may redirect to where its bytes are.
std::string FileUrl(std::string_view endpoint, const HubFile& file);
// The repository's page, for people.
std::string PageUrl(std::string_view endpoint, const HubFile& file);
// ModelScope's list of a repository's files, pages of kListingPageSize from 1.
inline constexpr int kListingPageSize = 200;
std::string ListingUrl(std::string_view endpoint, const HubFile& file, int page);

// Without what stands behind '?': signed links carry secrets there.
std::string WithoutQuery(std::string_view url);

}  // namespace monsoon
