// HubFile: one file of one repository on a model hub, and how a scenario names it. Pure text.
//
//   hf:ORG/NAME[@REVISION]/FILE   a file of a dataset (ms: for ModelScope)
//   hf:ORG/NAME[@REVISION]        a model repository; its tokenizer.json is meant
//   ORG/NAME                      the same on whichever hub has it
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace monsoon {

enum class Hub { kHuggingFace, kModelScope };
enum class RepoKind { kDataset, kModel };

struct HubFile {
  Hub hub = Hub::kHuggingFace;
  RepoKind kind = RepoKind::kDataset;
  std::string repo;      // "ORG/NAME"
  std::string revision;  // branch, tag or commit; never empty
  std::string path;      // in the repository

  friend bool operator==(const HubFile&, const HubFile&) = default;
};

std::string_view HubPrefix(Hub hub);        // hf ms
std::string_view HubTitle(Hub hub);         // Hugging Face, ModelScope
std::string_view DefaultRevision(Hub hub);  // main master
std::optional<Hub> HubFromPrefix(std::string_view prefix);

// "hf:ORG/NAME/FILE"; of a model "hf:ORG/NAME". Without the revision.
std::string FormatReference(const HubFile& file);

// The forms above; the revision is the hub's default where the text has none. INVALID_ARGUMENT says
// what was expected.
absl::StatusOr<HubFile> ParseDatasetReference(std::string_view text);
absl::StatusOr<HubFile> ParseModelReference(std::string_view text);

// "ORG/NAME" of letters, digits and -_. as both hubs have it.
bool IsRepoName(std::string_view text);
// A revision that can be part of a URL and of a file's name: no "..", no control characters.
bool IsRevision(std::string_view text);
// A full commit id: 40 hexadecimal digits. What it names never changes.
bool IsCommit(std::string_view revision);
// So many lower-case hexadecimal digits.
bool IsHex(std::string_view text, size_t digits);

}  // namespace monsoon
