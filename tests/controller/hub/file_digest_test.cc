#include "controller/io/hub/file_digest.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "tests/controller/store/temp_dir.h"

namespace monsoon {
namespace {

TEST(DigestFile, KnownAnswers) {
  const TempDir folder;
  const std::string path = folder / "file";
  std::ofstream(path) << "abc";
  // FIPS 180-2 appendix B.1.
  EXPECT_EQ(DigestFile(path)->sha256,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(DigestFile(path)->size, 3);
  // git hash-object of a file with the line "hello".
  std::ofstream(path) << "hello\n";
  EXPECT_EQ(DigestFile(path)->git_sha1, "ce013625030ba8dba906f756967f9e9ca394464a");
  std::ofstream(path, std::ios::trunc).flush();
  EXPECT_EQ(DigestFile(path)->git_sha1, "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
}

TEST(DigestFile, AMillionTimesA) {
  const TempDir folder;
  const std::string path = folder / "file";
  std::ofstream(path) << std::string(1'000'000, 'a');
  // FIPS 180-2 appendix B.3.
  EXPECT_EQ(DigestFile(path)->sha256,
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(DigestFile, WhatIsNotThereIsNotFound) {
  const TempDir folder;
  EXPECT_EQ(DigestFile(folder / "none").status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace monsoon
