#include "controller/io/hub/cache_files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "controller/core/hub/cache_layout.h"
#include "tests/controller/store/temp_dir.h"

namespace monsoon {
namespace {

const std::string kCommit(40, '1');
const std::string kOtherCommit(40, '2');

class CacheFilesTest : public ::testing::Test {
 protected:
  CacheFilesTest() { server_.cache_root = folder_ / "cache"; }

  void Put(const HubFile& file, const std::string& etag, const std::string& text) {
    const std::string path = PartialPath(server_.cache_root, file, etag);
    ASSERT_TRUE(MakeParents(path).ok());
    std::ofstream(path) << text;
    ASSERT_TRUE(FinishBlob(server_, file, etag).ok());
  }

  static std::string Content(const std::string& path) {
    std::string text;
    std::getline(std::ifstream(path), text);
    return text;
  }

  const TempDir folder_;
  HubServer server_;
  HubFile file_{.repo = "o/n", .revision = "main", .path = "d/a.jsonl"};
};

TEST_F(CacheFilesTest, WhatIsPutIsFoundByBranchAndByCommit) {
  EXPECT_FALSE(FindInCache(server_, file_).has_value());
  Put(file_, "e1", "one");
  ASSERT_TRUE(LinkSnapshot(server_, file_, kCommit, "e1").ok());
  const std::optional<CachedFile> found = FindInCache(server_, file_);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->revision, kCommit);
  EXPECT_EQ(Content(found->path), "one");
  HubFile pinned = file_;
  pinned.revision = kCommit;
  EXPECT_EQ(FindInCache(server_, pinned)->path, found->path);
  EXPECT_TRUE(std::filesystem::is_symlink(found->path));
}

TEST_F(CacheFilesTest, ABranchMovesOnAndTheOldCommitStays) {
  Put(file_, "e1", "one");
  ASSERT_TRUE(LinkSnapshot(server_, file_, kCommit, "e1").ok());
  Put(file_, "e2", "two");
  ASSERT_TRUE(LinkSnapshot(server_, file_, kOtherCommit, "e2").ok());
  EXPECT_EQ(Content(FindInCache(server_, file_)->path), "two");
  HubFile pinned = file_;
  pinned.revision = kCommit;
  EXPECT_EQ(Content(FindInCache(server_, pinned)->path), "one");
}

TEST_F(CacheFilesTest, AModelScopeRevisionIsReplaced) {
  file_.hub = Hub::kModelScope;
  file_.revision = "feature/x";
  Put(file_, "e1", "one");
  ASSERT_TRUE(LinkSnapshot(server_, file_, file_.revision, "e1").ok());
  EXPECT_EQ(Content(FindInCache(server_, file_)->path), "one");
  Put(file_, "e2", "two");
  ASSERT_TRUE(LinkSnapshot(server_, file_, file_.revision, "e2").ok());
  EXPECT_EQ(Content(FindInCache(server_, file_)->path), "two");
}

TEST_F(CacheFilesTest, ALinkToNothingIsNotInTheCache) {
  Put(file_, "e1", "one");
  ASSERT_TRUE(LinkSnapshot(server_, file_, kCommit, "e1").ok());
  std::filesystem::remove(BlobPath(server_.cache_root, file_, "e1"));
  EXPECT_FALSE(FindInCache(server_, file_).has_value());
}

TEST_F(CacheFilesTest, FindsWhatModelScopesProgramDownloaded) {
  file_.hub = Hub::kModelScope;
  HubSettings settings;
  settings.model_scope_roots = {folder_ / "nothing", folder_ / "hub"};
  EXPECT_EQ(FindOfModelScope(settings, file_), "");
  const std::string path = folder_ / "hub/datasets/o/n/d/a.jsonl";
  ASSERT_TRUE(MakeParents(path).ok());
  std::ofstream(path) << "x";
  EXPECT_EQ(FindOfModelScope(settings, file_), path);
  file_.hub = Hub::kHuggingFace;
  EXPECT_EQ(FindOfModelScope(settings, file_), "");
}

}  // namespace
}  // namespace monsoon
