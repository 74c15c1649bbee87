// A folder of the test's own for spools, and the files in it.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace monsoon {

class SpoolFolder {
 public:
  SpoolFolder() : path_(::testing::TempDir() + "monsoon-spool-XXXXXX") {
    if (mkdtemp(path_.data()) == nullptr) ADD_FAILURE() << "cannot make " << path_;
  }
  ~SpoolFolder() { std::filesystem::remove_all(path_); }

  const std::string& path() const { return path_; }
  // The sessions' folders.
  std::vector<std::string> Sessions() const {
    std::vector<std::string> folders;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) {
      folders.push_back(entry.path().string());
    }
    return folders;
  }
  // The files of batches of the only session.
  std::vector<std::string> BatchFiles() const {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(Sessions().at(0))) {
      if (entry.path().filename().string().rfind("batches-", 0) == 0) {
        files.push_back(entry.path().string());
      }
    }
    return files;
  }
  // As a process leaves a file that is killed while it writes.
  static void Cut(const std::string& file, uintmax_t bytes) {
    std::filesystem::resize_file(file, std::filesystem::file_size(file) - bytes);
  }

 private:
  std::string path_;
};

}  // namespace monsoon
