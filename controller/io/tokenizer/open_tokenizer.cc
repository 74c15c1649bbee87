#include "controller/io/tokenizer/open_tokenizer.h"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>

#include "absl/status/status.h"

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "controller/io/tokenizer/hf_tokenizer.h"

namespace monsoon {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFileName = "tokenizer.json";

struct OtherVocabulary {
  std::string_view file;
  std::string_view what;
};
// Vocabularies in formats that are not read, the likeliest first.
constexpr OtherVocabulary kOtherVocabularies[] = {
    {"tokenizer.model", "a SentencePiece model"},
    {"spiece.model", "a SentencePiece model"},
    {"sentencepiece.bpe.model", "a SentencePiece model"},
    {"vocab.json", "a vocabulary of an older format"},
    {"vocab.txt", "a vocabulary of an older format"},
    {"tekken.json", "a vocabulary in Mistral's format"},
    {"tiktoken.model", "a vocabulary in tiktoken's format"},
    {"qwen.tiktoken", "a vocabulary in tiktoken's format"},
};

absl::Status NoTokenizerIn(const std::string& folder) {
  for (const OtherVocabulary& other : kOtherVocabularies) {
    std::error_code ignored;
    if (!fs::exists(fs::path(folder) / other.file, ignored)) continue;
    return absl::NotFoundError(
        StrCat(folder, " has no ", kFileName, ", only ", other.file, ", ", other.what,
               ". Write one with Python's transformers: python3 -c \"from transformers import "
               "AutoTokenizer as T; T.from_pretrained('",
               folder, "').save_pretrained('", folder, "')\""));
  }
  return absl::NotFoundError(StrCat(folder, " has no ", kFileName,
                                    ": name the model's folder as it was downloaded, or the file"));
}

std::string SystemError(int error) {
  return std::error_code(error, std::generic_category()).message();
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file.is_open() || file.bad()) {
    return absl::UnavailableError(StrCat(path, " cannot be read: ", SystemError(errno)));
  }
  return content;
}

// What it takes to say more than that the JSON is wrong.
std::string_view Hint(const fs::path& path, std::string_view content) {
  if (content.starts_with("version https://git-lfs")) {
    return "; it is the pointer that Git LFS leaves in place of the file: run `git lfs pull` there";
  }
  if (content.empty()) return "; the file is empty";
  if (path.filename() == "tokenizer_config.json" || path.filename() == "config.json") {
    return "; the file that is needed lies beside it and is called tokenizer.json";
  }
  return "";
}

absl::StatusOr<std::string> FileOf(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) {
    return absl::NotFoundError(StrCat("there is no ", path));
  }
  if (!fs::is_directory(status)) {
    if (fs::is_regular_file(status)) return path;
    return absl::InvalidArgumentError(StrCat(path, " is neither a file nor a folder"));
  }
  const fs::path file = fs::path(path) / kFileName;
  if (!fs::is_regular_file(file, error)) return NoTokenizerIn(path);
  return file.string();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Tokenizer>> OpenTokenizer(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string file, FileOf(path));
  ASSIGN_OR_RETURN(const std::string content, ReadFile(file));
  absl::StatusOr<std::unique_ptr<Tokenizer>> opened = MakeHfTokenizer(content);
  if (opened.ok()) return opened;
  return absl::Status(opened.status().code(),
                      StrCat(file, " ", ToStd(opened.status().message()),
                             HasTokenizers() ? Hint(file, content) : std::string_view()));
}

}  // namespace monsoon
