#include "tests/golden/golden.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

namespace monsoon {
namespace {

namespace fs = std::filesystem;

fs::path GoldenPath(const std::string& name) { return fs::path(MONSOON_GOLDEN_DIR) / name; }

std::optional<std::string> ReadAll(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

bool IsUpdating() {
  const char* const update = std::getenv("MONSOON_UPDATE_GOLDEN");
  return update != nullptr && std::string_view(update) == "1";
}

}  // namespace

void ExpectGolden(std::string_view actual, const std::string& name) {
  if (IsUpdating()) {
    fs::create_directories(GoldenPath(name).parent_path());
    std::ofstream file(GoldenPath(name), std::ios::binary);
    file << actual;
    EXPECT_TRUE(file.good()) << "cannot write " << GoldenPath(name);
    return;
  }
  const std::optional<std::string> expected = ReadAll(GoldenPath(name));
  ASSERT_TRUE(expected.has_value())
      << "no golden file " << GoldenPath(name) << "; MONSOON_UPDATE_GOLDEN=1 makes it from:\n"
      << actual;
  EXPECT_EQ(*expected, actual) << "differs from " << GoldenPath(name)
                               << "; if the new text is right, MONSOON_UPDATE_GOLDEN=1 takes it";
}

std::string ReadGolden(const std::string& name) {
  std::optional<std::string> text = ReadAll(GoldenPath(name));
  EXPECT_TRUE(text.has_value()) << "no golden file " << GoldenPath(name);
  return text.value_or("");
}

std::vector<std::string> ListGolden(const std::string& folder, const std::string& extension) {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(GoldenPath(folder))) {
    if (entry.path().extension() != extension) continue;
    names.push_back(folder + "/" + entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace monsoon
