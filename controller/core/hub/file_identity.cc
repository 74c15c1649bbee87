#include "controller/core/hub/file_identity.h"

#include "absl/strings/ascii.h"
#include <nlohmann/json.hpp>

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

using Json = nlohmann::json;

constexpr size_t kSha256Digits = 64;
constexpr size_t kSha1Digits = 40;

void TakeHash(std::string_view etag, FileIdentity& identity) {
  if (IsHex(etag, kSha256Digits)) identity.sha256 = std::string(etag);
  if (IsHex(etag, kSha1Digits)) identity.git_sha1 = std::string(etag);
}

std::string TextOf(const Json& entry, const char* key) {
  const auto found = entry.find(key);
  return found != entry.end() && found->is_string() ? found->get<std::string>() : "";
}

FileIdentity ReadEntry(const Json& entry) {
  FileIdentity identity;
  const std::string sha256 = absl::AsciiStrToLower(TextOf(entry, "Sha256"));
  if (IsHex(sha256, kSha256Digits)) identity.sha256 = sha256;
  const auto size = entry.find("Size");
  if (size != entry.end() && size->is_number_integer() && size->get<int64_t>() >= 0) {
    identity.size = size->get<int64_t>();
  }
  // Without a hash, the commit that last changed the file tells its versions apart.
  identity.etag = !identity.sha256.empty() ? identity.sha256 : TextOf(entry, "Revision");
  if (identity.etag.empty()) identity.etag = "unversioned";
  return identity;
}

}  // namespace

absl::StatusOr<FileIdentity> IdentityFromHeaders(const ResponseFacts& on_hub,
                                                 const ResponseFacts* last) {
  FileIdentity identity;
  identity.commit = IsCommit(on_hub.commit) ? on_hub.commit : "";
  identity.size = on_hub.linked_size;
  identity.etag = NormaliseEtag(on_hub.linked_etag);
  if (last != nullptr) {
    if (identity.etag.empty()) identity.etag = NormaliseEtag(last->etag);
    if (!identity.size.has_value()) identity.size = last->content_length;
    if (IsStrongEtag(last->etag)) identity.serving_etag = last->etag;
  }
  if (identity.etag.empty()) {
    return absl::InvalidArgumentError("the answer has no ETag that would name its content");
  }
  TakeHash(identity.etag, identity);
  return identity;
}

absl::StatusOr<ListingPage> ReadListing(std::string_view json, const HubFile& file) {
  const Json parsed = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  const Json* files = nullptr;
  if (parsed.is_object() && parsed.contains("Data")) {
    const Json& data = parsed["Data"];
    if (data.is_array()) files = &data;
    if (data.is_object() && data.contains("Files")) files = &data["Files"];
  }
  if (files == nullptr || !(files->is_array() || files->is_null())) {
    return absl::InvalidArgumentError("the answer is no list of files");
  }
  ListingPage page;
  for (const Json& entry : *files) {
    if (!entry.is_object()) continue;
    ++page.entries;
    std::string path = TextOf(entry, "Path");
    if (path.starts_with('/')) path.erase(0, 1);
    if (path == file.path && TextOf(entry, "Type") != "tree") page.found = ReadEntry(entry);
  }
  return page;
}

}  // namespace monsoon
