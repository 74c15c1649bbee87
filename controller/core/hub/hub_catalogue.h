// What a scenario means when it names a dataset or a tokenizer without a file: the places to look,
// best first. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "controller/core/hub/hub_file.h"

namespace monsoon {

// Which hubs may be asked where a name is on both.
enum class HubChoice { kAuto, kHuggingFace, kModelScope };

// auto hf ms
std::optional<HubChoice> HubChoiceFromName(std::string_view name);

// Whether datasets of this format have a well-known file.
bool InCatalogue(std::string_view format);
// "openqa, longalpaca, sharegpt"
std::string CatalogueNames();

// Where the well-known dataset of a format is; Hugging Face first. Empty for other formats.
std::vector<HubFile> CatalogueFiles(std::string_view format, HubChoice choice);

// What `from`, `revision` and `format` of a scenario's dataset stand for. `from` is auto, hf, ms or
// a reference; `choice` says what auto means. `revision` "": the one of `from`, or the default.
// INVALID_ARGUMENT with what was expected.
absl::StatusOr<std::vector<HubFile>> DatasetCandidates(std::string_view from,
                                                       std::string_view revision,
                                                       std::string_view format, HubChoice choice);

// The same for a tokenizer: `from` is "ORG/NAME" or a reference.
absl::StatusOr<std::vector<HubFile>> TokenizerCandidates(std::string_view from,
                                                         std::string_view revision,
                                                         HubChoice choice);

}  // namespace monsoon
