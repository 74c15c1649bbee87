// FileIdentity: what a hub says a file's content is, before any of it has been read. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "controller/core/hub/hub_file.h"
#include "controller/core/hub/response_facts.h"

namespace monsoon {

struct FileIdentity {
  // Names the content in the cache: a hash where the hub gives one, else its ETag.
  std::string etag;
  std::string commit;           // that the revision stands for; "" when the hub does not say
  std::optional<int64_t> size;  // bytes
  std::string sha256;           // "" = unknown
  std::string git_sha1;         // of the git blob: sha1("blob SIZE\0" + content); "" = unknown
  // As sent by the server that has the bytes itself, for If-Range; "" when another one has them.
  std::string serving_etag;

  bool has_hash() const { return !sha256.empty() || !git_sha1.empty(); }
};

// From the answers on the way to a file on Hugging Face: `on_hub` collects what the hub itself said
// (the last value of each), `last` is the final answer when it came from the hub too, else nullptr.
// INVALID_ARGUMENT when they name no content, as no real hub would.
absl::StatusOr<FileIdentity> IdentityFromHeaders(const ResponseFacts& on_hub,
                                                 const ResponseFacts* last);

// What one page of ModelScope's file list says.
struct ListingPage {
  std::optional<FileIdentity> found;
  int entries = 0;
};

// INVALID_ARGUMENT when `json` is no such list.
absl::StatusOr<ListingPage> ReadListing(std::string_view json, const HubFile& file);

}  // namespace monsoon
