#include "controller/io/dataset/open_dataset.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "controller/io/dataset/dataset_file.h"

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class OpenDatasetTest : public ::testing::Test {
 protected:
  OpenDatasetTest() {
    std::string pattern = ::testing::TempDir() + "monsoon_dataset_XXXXXX";
    folder_ = mkdtemp(pattern.data());
    spec_.path = folder_ + "/data.jsonl";
  }
  ~OpenDatasetTest() override { std::filesystem::remove_all(folder_); }

  void Write(const std::string& text) { std::ofstream(spec_.path, std::ios::binary) << text; }

  std::string Error(int64_t needed = 100) {
    return std::string(OpenDataset(spec_, 0, needed).status().message());
  }

  std::vector<std::string> ReadAll(Dataset& dataset) {
    std::vector<std::string> prompts;
    for (int64_t i = 0; i < dataset.size(); ++i) {
      absl::StatusOr<Item> item = dataset.Read(i);
      prompts.push_back(item.ok() ? item->content : item.status().ToString());
    }
    return prompts;
  }

  std::string folder_;
  DatasetSpec spec_;
};

TEST_F(OpenDatasetTest, ReadsAnyPositionInAnyOrder) {
  Write("\xef\xbb\xbf{\"question\":\"一\"}\r\n\n{\"question\":\"two\"}\n{\"question\":\"3\"}");
  auto dataset = OpenDataset(spec_, 0, 100);
  ASSERT_TRUE(dataset.ok()) << dataset.status();
  EXPECT_EQ((*dataset)->size(), 3);
  EXPECT_EQ((*dataset)->stats().read, 3);
  EXPECT_EQ((*dataset)->Read(2)->content, "3");
  EXPECT_EQ((*dataset)->Read(0)->content, "一");
  EXPECT_EQ((*dataset)->Read(1)->content, "two");
  EXPECT_EQ((*dataset)->Read(1)->kind, ItemKind::kPrompt);
}

TEST_F(OpenDatasetTest, ShuffleGivesTheGoldenOrder) {
  std::string text = "[";
  for (int i = 0; i < 10; ++i) {
    text += (i > 0 ? ",\n" : "") + ("{\"instruction\":\"" + std::to_string(i) + "\"}");
  }
  Write(text + "]");
  spec_.format = DatasetFormat::kLongalpaca;
  spec_.order = DatasetOrder::kShuffle;
  auto dataset = OpenDataset(spec_, 42, 3);
  ASSERT_TRUE(dataset.ok()) << dataset.status();
  // permutation_test.cc has the same order from another program.
  EXPECT_THAT(ReadAll(**dataset), ElementsAre("0", "9", "5", "8", "6", "4", "7", "2", "1", "3"));
}

TEST_F(OpenDatasetTest, EntriesAcrossReadBuffersAreWhole) {
  spec_.format = DatasetFormat::kLineByLine;
  std::string text;
  std::vector<std::string> lines;
  for (int i = 0; i < 40; ++i) {
    lines.push_back(std::to_string(i) + std::string(static_cast<size_t>(99'990 + i), 'a' + i % 26));
    text += lines.back() + "\n";
  }
  ASSERT_GT(text.size(), size_t{3} << 20);
  Write(text);
  auto dataset = OpenDataset(spec_, 0, 100);
  ASSERT_TRUE(dataset.ok()) << dataset.status();
  EXPECT_EQ(ReadAll(**dataset), lines);
}

TEST_F(OpenDatasetTest, SequentialDoesNotSeeWhatItDoesNotNeed) {
  Write("{\"question\":\"1\"}\n{\"question\":\"2\"}\n{bad\n");
  auto dataset = OpenDataset(spec_, 0, 2);
  ASSERT_TRUE(dataset.ok()) << dataset.status();
  EXPECT_EQ((*dataset)->size(), 2);
  EXPECT_THAT(Error(3), HasSubstr("data.jsonl:3:2: expected a JSON object with a string"));
}

TEST_F(OpenDatasetTest, AFileCutInHalfNamesTheLine) {
  Write("{\"question\":\"1\"}\n{\"question\":\"为什么天");
  EXPECT_EQ(Error(), spec_.path +
                         ":2:18: expected a JSON object with a string \"question\", found broken "
                         "JSON: it ends too early, as if cut in half\n"
                         "Fix this line, or set `on_bad_line: skip` to leave it out and count it.");
  spec_.on_bad_line = OnBadLine::kSkip;
  auto dataset = OpenDataset(spec_, 0, 100);
  ASSERT_TRUE(dataset.ok());
  EXPECT_EQ((*dataset)->size(), 1);
  EXPECT_EQ((*dataset)->stats().skipped_bad, 1);
  EXPECT_THAT((*dataset)->stats().first_bad, HasSubstr("data.jsonl:2:18: "));
}

TEST_F(OpenDatasetTest, AnArrayCutInHalfNamesTheElement) {
  spec_.format = DatasetFormat::kLongalpaca;
  Write("[{\"instruction\":\"1\"},\n{\"instruction\":\"two");
  EXPECT_EQ(Error(), spec_.path +
                         ":2:20: the file ends inside element 2 that began at line 2; it was "
                         "probably cut short: get it again (byte 41)");
}

TEST_F(OpenDatasetTest, FilesThatAreNoDatasetAreNamed) {
  EXPECT_THAT(Error(), HasSubstr("cannot open dataset " + spec_.path + ": No such file"));
  EXPECT_EQ(OpenDataset(spec_, 0, 1).status().code(), absl::StatusCode::kNotFound);
  Write("");
  EXPECT_EQ(Error(), spec_.path + " holds no entry; is it the right file?");
  Write("\x1f\x8b\x08rest");
  EXPECT_EQ(Error(), "dataset " + spec_.path + " is compressed with gzip; unpack it first");
  Write("version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 2\n");
  EXPECT_THAT(Error(), HasSubstr("Git LFS pointer"));
  spec_.path = folder_;
  EXPECT_EQ(Error(), "dataset " + folder_ + " is a directory; name the file in it");
  spec_.path = folder_ + "/pipe";
  ASSERT_EQ(mkfifo(spec_.path.c_str(), 0600), 0);
  EXPECT_THAT(Error(), HasSubstr("is not a regular file"));
}

TEST_F(OpenDatasetTest, AnUnreadableFileIsNamed) {
  if (geteuid() == 0) {
    GTEST_SKIP() << "root may read everything";
  }
  Write("x");
  ASSERT_EQ(chmod(spec_.path.c_str(), 0), 0);
  EXPECT_EQ(OpenDataset(spec_, 0, 1).status().code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(OpenDatasetTest, ReadNoticesThatTheFileGrew) {
  Write("{\"question\":\"1\"}\n");
  auto dataset = OpenDataset(spec_, 0, 100);
  ASSERT_TRUE(dataset.ok());
  std::ofstream(spec_.path, std::ios::app) << "\n";
  const absl::Status status = (*dataset)->Read(0).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(status.message(), "dataset " + spec_.path +
                                  " was changed while in use (17 bytes then, 18 now); leave it "
                                  "alone during a run and start again");
}

TEST_F(OpenDatasetTest, ReadNoticesOverwrittenBytesBehindAnUnchangedTime) {
  Write("{\"question\":\"1\"}\n{\"question\":\"2\"}\n");
  auto dataset = OpenDataset(spec_, 0, 100);
  ASSERT_TRUE(dataset.ok());
  struct stat before = {};
  ASSERT_EQ(stat(spec_.path.c_str(), &before), 0);
  Write("{\"question\":\"1\"}\n{\"quest_on\":\"2\"}\n");
  const struct timespec times[2] = {before.st_atim, before.st_mtim};
  ASSERT_EQ(utimensat(AT_FDCWD, spec_.path.c_str(), times, 0), 0);
  EXPECT_TRUE((*dataset)->Read(0).ok());
  const absl::Status status = (*dataset)->Read(1).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr(spec_.path + ":2: this entry was sound"));
}

TEST_F(OpenDatasetTest, AReplacedFileGoesOnBeingReadAsItWas) {
  Write("{\"question\":\"old\"}\n");
  auto dataset = OpenDataset(spec_, 0, 100);
  ASSERT_TRUE(dataset.ok());
  const std::string first = spec_.path;
  spec_.path += ".new";
  Write("{\"question\":\"new\"}\n");
  std::filesystem::rename(spec_.path, first);
  EXPECT_EQ((*dataset)->Read(0)->content, "old");
}

TEST_F(OpenDatasetTest, ReadsPastTheEndAreShort) {
  Write("abcdef");
  auto file = DatasetFile::Open(spec_.path);
  ASSERT_TRUE(file.ok());
  char buffer[10];
  EXPECT_EQ(*file->ReadAt(2, buffer, 3), 3u);
  EXPECT_EQ(std::string(buffer, 3), "cde");
  EXPECT_EQ(*file->ReadAt(4, buffer, 10), 2u);
  EXPECT_EQ(*file->ReadAt(9, buffer, 10), 0u);
}

}  // namespace
}  // namespace monsoon
