#include "controller/io/files/run_dir.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "common/base/str_cat.h"
#include "common/time/duration_text.h"

namespace monsoon {
namespace {

constexpr size_t kMaxNameBytes = 100;

// Letters, digits, '.', '_', '-' and everything beyond ASCII stay; no leading '.'.
std::string FileName(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '_' || (static_cast<uint8_t>(c) & 0x80) != 0;
    out += plain ? c : '-';
  }
  if (out.size() > kMaxNameBytes) {
    size_t end = kMaxNameBytes;
    // Not in the middle of a UTF-8 character.
    while (end > 0 && (static_cast<uint8_t>(out[end]) & 0xc0) == 0x80) --end;
    out.resize(end);
  }
  if (out.empty() || out.front() == '.') out.insert(0, "run");
  return out;
}

absl::Status CannotCreate(const std::string& path, const std::string& reason) {
  return absl::InternalError(StrCat("cannot create ", path, ": ", reason,
                                    "; name a folder that can be written with --out"));
}

absl::Status CreateParents(const std::string& path) {
  std::error_code error;
  if (!path.empty()) std::filesystem::create_directories(path, error);
  return error ? CannotCreate(path, error.message()) : absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> CreateRunDir(const std::string& base, std::string_view name,
                                         int64_t wall_ns) {
  if (absl::Status status = CreateParents(base); !status.ok()) return status;
  const std::string stem = StrCat(base.empty() ? "." : base, "/", FileName(name), "-",
                                  FormatUtc(wall_ns, /*compact=*/true));
  std::string path = stem;
  for (int copy = 2; mkdir(path.c_str(), 0755) != 0; ++copy) {
    if (errno != EEXIST) return CannotCreate(path, std::strerror(errno));
    path = StrCat(stem, "-", copy);
  }
  return path;
}

absl::StatusOr<std::string> CreateRunDirAt(const std::string& path) {
  std::error_code error;
  const bool exists = std::filesystem::exists(path, error);
  if (!exists && !error) {
    if (absl::Status status = CreateParents(path); !status.ok()) return status;
    return path;
  }
  const bool is_empty_folder = std::filesystem::is_directory(path, error) &&
                               std::filesystem::is_empty(path, error) && !error;
  if (is_empty_folder) return path;
  return absl::AlreadyExistsError(
      StrCat(path, " exists and is not an empty folder; name another with --out, or remove it"));
}

}  // namespace monsoon
