// A LongAlpaca file of 500 MB is indexed and read within 200 MB of memory, shuffled order included.
// The work is done in a child process, so that its peak memory is its own (getrusage, ru_maxrss).
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include "common/base/str_cat.h"
#include "controller/io/dataset/open_dataset.h"

namespace monsoon {
namespace {

constexpr int64_t kFileBytes = 500'000'000;
constexpr int64_t kMaxMemoryBytes = 200'000'000;
constexpr int64_t kLongElementBytes = 8'000'000;  // far beyond what the real file has

// A sanitizer's own memory says nothing about ours.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kMemoryIsOurs = false;
#else
constexpr bool kMemoryIsOurs = true;
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kMemoryIsOurs = false;
#else
constexpr bool kMemoryIsOurs = true;
#endif

// Text with the escapes of real papers: line ends, quotes, Chinese, \u.
std::string Paragraphs(size_t bytes) {
  std::string text;
  while (text.size() < bytes) {
    text +=
        "The valve was \\\"closed\\\" at 14:05 [log 3] {see below}, and stayed "
        "so.\\n中文段落。\\u00e9 ";
  }
  return text;
}

// Returns the number of elements written; every one has an instruction of its own.
int64_t WriteArray(const std::string& path) {
  std::ofstream file(path, std::ios::binary);
  const std::string instruction = Paragraphs(38'000);
  const std::string output = Paragraphs(1'500);
  int64_t bytes = 0;
  int64_t elements = 0;
  for (; bytes < kFileBytes; ++elements) {
    const std::string head =
        StrCat(elements == 0 ? "[" : ",", "\n  {\n    \"instruction\": \"No ", elements, ". ");
    const std::string tail = StrCat("\",\n    \"output\": \"", output, "\"\n  }");
    const std::string longer = elements == 7 ? Paragraphs(kLongElementBytes) : "";
    file << head << instruction << longer << tail;
    bytes += static_cast<int64_t>(head.size() + instruction.size() + longer.size() + tail.size());
  }
  file << "\n]\n";
  file.close();
  return file ? elements : -1;
}

// Runs in the child. Returns "" or what went wrong.
std::string UseDataset(const std::string& path, int64_t elements) {
  DatasetSpec spec;
  spec.format = DatasetFormat::kLongalpaca;
  spec.path = path;
  spec.order = DatasetOrder::kShuffle;
  const auto begin = std::chrono::steady_clock::now();
  auto dataset = OpenDataset(spec, 42, 1000);
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
  if (!dataset.ok()) {
    return std::string(dataset.status().message());
  }
  std::cout << "indexed at " << static_cast<double>(kFileBytes) / 1e6 / spent.count() << " MB/s\n";
  if ((*dataset)->size() != elements) {
    return StrCat("found ", (*dataset)->size(), " elements instead of ", elements);
  }
  for (int64_t i = 0; i < 1000; ++i) {
    const auto item = (*dataset)->Read(i);
    if (!item.ok() || !item->content.starts_with("No ") || item->content.size() < 30'000) {
      return StrCat("position ", i, ": ", item.ok() ? "wrong item" : item.status().message());
    }
  }
  return "";
}

class LargeDatasetTest : public ::testing::Test {
 protected:
  LargeDatasetTest() : path_(StrCat(MONSOON_TEST_SCRATCH, "/large_dataset_", getpid(), ".json")) {}
  ~LargeDatasetTest() override { std::filesystem::remove(path_); }

  const std::string path_;
};

TEST_F(LargeDatasetTest, FiveHundredMegabytesTakeLessThanTwoHundredOfMemory) {
  const int64_t elements = WriteArray(path_);
  ASSERT_GT(elements, 10'000) << "is there room for 500 MB in " << path_ << "?";

  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const std::string error = UseDataset(path_, elements);
    std::cout << error << std::endl;
    _exit(error.empty() ? 0 : 1);
  }
  int status = 0;
  struct rusage usage = {};
  ASSERT_EQ(wait4(child, &status, 0, &usage), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "status " << status;
  const int64_t peak_bytes = static_cast<int64_t>(usage.ru_maxrss) * 1024;
  std::cout << "peak memory " << peak_bytes / 1'000'000 << " MB\n";
  if (kMemoryIsOurs) {
    EXPECT_LT(peak_bytes, kMaxMemoryBytes);
  }
}

}  // namespace
}  // namespace monsoon
