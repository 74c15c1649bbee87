#include "controller/io/calibrate/scratch_folder.h"

#include <stdlib.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "common/base/str_cat.h"

namespace monsoon {

absl::StatusOr<ScratchFolder> ScratchFolder::Create() {
  std::error_code error;
  const std::filesystem::path base = std::filesystem::temp_directory_path(error);
  std::string pattern = (base / "monsoon-calibrate-XXXXXX").string();
  if (error || mkdtemp(pattern.data()) == nullptr) {
    return absl::InternalError(StrCat("cannot make a scratch folder (", pattern, "): ",
                                      error ? error.message() : std::string(std::strerror(errno)),
                                      "; name a folder that can be written in TMPDIR"));
  }
  return ScratchFolder(pattern);
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

ScratchFolder::ScratchFolder(ScratchFolder&& other) noexcept
    : path_(std::exchange(other.path_, "")) {}

}  // namespace monsoon
