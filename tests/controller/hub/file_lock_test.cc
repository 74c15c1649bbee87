#include "controller/io/hub/file_lock.h"

#include <gtest/gtest.h>

#include <optional>

#include "tests/controller/store/temp_dir.h"

namespace monsoon {
namespace {

TEST(FileLock, OneHolderAtATime) {
  const TempDir folder;
  const std::string path = folder / "lock";
  std::optional<FileLock> first = FileLock::Take(path, [] { return false; }).value();
  int asked = 0;
  const absl::StatusOr<FileLock> refused = FileLock::Take(path, [&] { return ++asked < 3; });
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(asked, 3);
  // Goes on as soon as the holder is gone.
  const absl::StatusOr<FileLock> second = FileLock::Take(path, [&] {
    first.reset();
    return true;
  });
  EXPECT_TRUE(second.ok()) << second.status();
}

}  // namespace
}  // namespace monsoon
