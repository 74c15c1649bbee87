// What OpenTokenizer says of paths and files that are something else.
#include "controller/io/tokenizer/open_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace monsoon {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::StartsWith;

class OpenTokenizerTest : public testing::Test {
 protected:
  OpenTokenizerTest() {
    folder_ = fs::path(testing::TempDir()) / ("open_tokenizer_test." + std::to_string(getpid()));
    fs::create_directories(folder_);
  }
  ~OpenTokenizerTest() override { fs::remove_all(folder_); }

  std::string Write(const std::string& name, const std::string& content) {
    const fs::path path = folder_ / name;
    std::ofstream(path, std::ios::binary) << content;
    return path.string();
  }

  static std::string ErrorOf(const std::string& path) {
    const absl::StatusOr<std::unique_ptr<Tokenizer>> opened = OpenTokenizer(path);
    return opened.ok() ? "(opened)" : std::string(opened.status().message());
  }

  std::string Folder() const { return folder_.string(); }

 private:
  fs::path folder_;
};

TEST_F(OpenTokenizerTest, AFileOrItsFolder) {
  EXPECT_EQ(ErrorOf("tests/data/tokenizer"), "(opened)");
  EXPECT_EQ(ErrorOf("tests/data/tokenizer/"), "(opened)");
  EXPECT_EQ(ErrorOf("tests/data/tokenizer/tokenizer.json"), "(opened)");
}

TEST_F(OpenTokenizerTest, NothingThere) {
  EXPECT_EQ(ErrorOf(Folder() + "/none"), "there is no " + Folder() + "/none");
  EXPECT_EQ(ErrorOf("/dev/null"), "/dev/null is neither a file nor a folder");
  EXPECT_EQ(
      ErrorOf(Folder()),
      Folder() +
          " has no tokenizer.json: name the model's folder as it was downloaded, or the file");
}

TEST_F(OpenTokenizerTest, AFolderWithAnotherKindOfVocabulary) {
  Write("vocab.json", "{}");
  EXPECT_THAT(
      ErrorOf(Folder()),
      StartsWith(Folder() + " has no tokenizer.json, only vocab.json, a vocabulary of an "
                            "older format. Write one with Python's transformers: python3 "));
  Write("tokenizer.model", "");
  EXPECT_EQ(
      ErrorOf(Folder()),
      Folder() +
          " has no tokenizer.json, only tokenizer.model, a SentencePiece model. Write one "
          "with Python's transformers: python3 -c \"from transformers import AutoTokenizer as T; "
          "T.from_pretrained('" +
          Folder() + "').save_pretrained('" + Folder() + "')\"");
}

TEST_F(OpenTokenizerTest, AFileThatIsSomethingElse) {
  const std::string broken = Write("tokenizer.json", "{\"version\": \"1.0\", ");
  EXPECT_THAT(ErrorOf(Folder()),
              StartsWith(broken + " is not a tokenizer.json that can be used: "));
  EXPECT_THAT(ErrorOf(Folder()), HasSubstr(" at line 1 column "));
  EXPECT_THAT(ErrorOf(Write("empty.json", "")), HasSubstr("; the file is empty"));
  EXPECT_THAT(ErrorOf(Write("tokenizer_config.json", "{}")),
              HasSubstr("; the file that is needed lies beside it and is called tokenizer.json"));
  EXPECT_THAT(ErrorOf(Write("pointer.json", "version https://git-lfs.github.com/spec/v1\noid x\n")),
              HasSubstr("run `git lfs pull` there"));
  EXPECT_THAT(ErrorOf(Write("bytes.json", std::string("\xff\x00\xfe", 3))),
              HasSubstr(" is not a tokenizer.json that can be used: "));
}

TEST_F(OpenTokenizerTest, AVocabularyThatLacksWordsAndATokenForThem) {
  const std::string path = Write("words.json", R"({"version": "1.0", "truncation": null,
      "padding": null, "added_tokens": [], "normalizer": null,
      "pre_tokenizer": {"type": "Whitespace"}, "post_processor": null, "decoder": null,
      "model": {"type": "WordLevel", "vocab": {"hello": 0}, "unk_token": "[UNK]"}})");
  EXPECT_THAT(ErrorOf(path),
              HasSubstr("it has no token for some texts, and no unknown token either"));
}

// A merge whose result has no token makes the library panic or fail, depending on its version.
TEST_F(OpenTokenizerTest, AVocabularyThatContradictsItself) {
  const std::string path = Write("merges.json", R"({"version": "1.0", "truncation": null,
      "padding": null, "added_tokens": [], "normalizer": null, "pre_tokenizer": null,
      "post_processor": null, "decoder": null,
      "model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": ["a b"]}})");
  EXPECT_THAT(ErrorOf(path), StartsWith(path + " is not a tokenizer.json that can be used: "));
}

}  // namespace
}  // namespace monsoon
