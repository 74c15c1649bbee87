// Where a hub's files are on disk: the layout of huggingface_hub, so that what its programs have
// downloaded is found and what Monsoon downloads serves them. Pure text.
//
//   ROOT/datasets--ORG--NAME/blobs/ETAG               the bytes; ETAG.incomplete while they come
//   ROOT/datasets--ORG--NAME/snapshots/COMMIT/FILE    a link to them
//   ROOT/datasets--ORG--NAME/refs/REVISION            holds COMMIT
//   ROOT/.locks/datasets--ORG--NAME/ETAG.lock         flock(2) while somebody downloads
//
// Files of ModelScope lie in the same layout under a root of their own, with the revision in place
// of the commit, because that hub does not name one.
#pragma once

#include <string>
#include <string_view>

#include "controller/core/hub/hub_file.h"

namespace monsoon {

// A file name made of an ETag: what does not belong in one becomes '_'.
std::string BlobName(std::string_view etag);

std::string BlobPath(std::string_view root, const HubFile& file, std::string_view etag);
std::string PartialPath(std::string_view root, const HubFile& file, std::string_view etag);
std::string LockPath(std::string_view root, const HubFile& file, std::string_view etag);
std::string RefPath(std::string_view root, const HubFile& file);
std::string SnapshotPath(std::string_view root, const HubFile& file, std::string_view commit);
// What the snapshot's link says: the blob, relative to the link's own folder.
std::string BlobLinkTarget(const HubFile& file, std::string_view commit, std::string_view etag);

// Where ModelScope's own program puts the file below one of its roots.
std::string ModelScopePath(std::string_view root, const HubFile& file);

}  // namespace monsoon
