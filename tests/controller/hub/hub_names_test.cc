// How files on hubs are named, what the well-known names stand for, and where files lie in the
// cache.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controller/core/hub/cache_layout.h"
#include "controller/core/hub/failure_text.h"
#include "controller/core/hub/hub_catalogue.h"
#include "controller/core/hub/hub_file.h"

namespace monsoon {
namespace {

using ::testing::HasSubstr;

TEST(HubFile, ReadsADatasetsFile) {
  const absl::StatusOr<HubFile> file = ParseDatasetReference("hf:Org/a.b-c/data/x y.jsonl");
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(*file, (HubFile{.hub = Hub::kHuggingFace,
                            .kind = RepoKind::kDataset,
                            .repo = "Org/a.b-c",
                            .revision = "main",
                            .path = "data/x y.jsonl"}));
  EXPECT_EQ(FormatReference(*file), "hf:Org/a.b-c/data/x y.jsonl");
  EXPECT_EQ(Describe(*file), "hf:Org/a.b-c/data/x y.jsonl (revision main)");
}

TEST(HubFile, ReadsARevisionAndModelScope) {
  const absl::StatusOr<HubFile> file = ParseDatasetReference("ms:org/name@v1.2/f.json");
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(file->hub, Hub::kModelScope);
  EXPECT_EQ(file->revision, "v1.2");
  EXPECT_EQ(ParseDatasetReference("ms:org/name/f.json")->revision, "master");
}

TEST(HubFile, ReadsAModel) {
  const absl::StatusOr<HubFile> file = ParseModelReference("hf:Qwen/Qwen2-7B-Instruct");
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(file->path, "tokenizer.json");
  EXPECT_EQ(file->kind, RepoKind::kModel);
  EXPECT_EQ(FormatReference(*file), "hf:Qwen/Qwen2-7B-Instruct");
  EXPECT_EQ(Describe(*file), "hf:Qwen/Qwen2-7B-Instruct tokenizer.json (revision main)");
}

TEST(HubFile, RefusesWhatIsNoReference) {
  for (const char* text : {"", "hf:", "hf:org", "hf:org/name", "hf:org/name/", "gh:org/name/f",
                           "org/name/f", "hf:org/name/../../etc/passwd", "hf:../name/f",
                           "hf:org/../f", "hf:org/name//f", "hf:org/name/./f", "hf:or g/name/f",
                           "hf:org/name@/f", "hf:org/name@../f", "hf:org/name/a\nb"}) {
    EXPECT_FALSE(ParseDatasetReference(text).ok()) << text;
  }
  for (const char* text : {"hf:org", "hf:org/name/file", "Qwen/Qwen2", "hf:/x"}) {
    EXPECT_FALSE(ParseModelReference(text).ok()) << text;
  }
}

TEST(HubCatalogue, KnowsTheDatasetsOfTheField) {
  const std::vector<HubFile> openqa = CatalogueFiles("openqa", HubChoice::kAuto);
  ASSERT_EQ(openqa.size(), 2u);
  EXPECT_EQ(FormatReference(openqa[0]), "hf:Hello-SimpleAI/HC3-Chinese/open_qa.jsonl");
  EXPECT_EQ(FormatReference(openqa[1]), "ms:AI-ModelScope/HC3-Chinese/open_qa.jsonl");
  EXPECT_EQ(FormatReference(CatalogueFiles("longalpaca", HubChoice::kHuggingFace)[0]),
            "hf:Yukang/LongAlpaca-12k/LongAlpaca-12k.json");
  EXPECT_EQ(FormatReference(CatalogueFiles("sharegpt", HubChoice::kHuggingFace)[0]),
            "hf:anon8231489123/ShareGPT_Vicuna_unfiltered/"
            "ShareGPT_V3_unfiltered_cleaned_split.json");
  EXPECT_FALSE(InCatalogue("line_by_line"));
  EXPECT_EQ(CatalogueNames(), "openqa, longalpaca, sharegpt");
}

TEST(HubCatalogue, EveryRowIsAReferenceThatReadsBack) {
  for (const char* format : {"openqa", "longalpaca", "sharegpt"}) {
    for (const HubFile& file : CatalogueFiles(format, HubChoice::kAuto)) {
      const absl::StatusOr<HubFile> back = ParseDatasetReference(FormatReference(file));
      ASSERT_TRUE(back.ok()) << FormatReference(file);
      EXPECT_EQ(*back, file);
    }
  }
}

TEST(DatasetCandidates, AutoFollowsTheChoiceAndANamedHubDoesNot) {
  const auto hubs = [](std::string_view from, HubChoice choice) {
    const auto files = DatasetCandidates(from, "", "openqa", choice);
    std::string text;
    for (const HubFile& file : files.value()) text += HubPrefix(file.hub);
    return text;
  };
  EXPECT_EQ(hubs("auto", HubChoice::kAuto), "hfms");
  EXPECT_EQ(hubs("auto", HubChoice::kModelScope), "ms");
  EXPECT_EQ(hubs("hf", HubChoice::kModelScope), "hf");
  EXPECT_EQ(hubs("ms", HubChoice::kAuto), "ms");
}

TEST(DatasetCandidates, ARevisionIsGivenOnce) {
  EXPECT_EQ(DatasetCandidates("hf", "v2", "openqa", HubChoice::kAuto)->front().revision, "v2");
  EXPECT_EQ(
      DatasetCandidates("hf:a/b/c", "refs/pr/1", "openqa", HubChoice::kAuto)->front().revision,
      "refs/pr/1");
  EXPECT_TRUE(DatasetCandidates("hf:a/b@v1/c", "v1", "openqa", HubChoice::kAuto).ok());
  EXPECT_THAT(
      std::string(
          DatasetCandidates("hf:a/b@v1/c", "v2", "openqa", HubChoice::kAuto).status().message()),
      HasSubstr("twice"));
  EXPECT_THAT(
      std::string(DatasetCandidates("auto", "v2", "openqa", HubChoice::kAuto).status().message()),
      HasSubstr("`hub: hf` or `hub: ms`"));
  EXPECT_FALSE(DatasetCandidates("hf", "../x", "openqa", HubChoice::kAuto).ok());
}

TEST(DatasetCandidates, AFormatWithoutAWellKnownFileNeedsAReference) {
  EXPECT_THAT(
      std::string(
          DatasetCandidates("auto", "", "line_by_line", HubChoice::kAuto).status().message()),
      HasSubstr("openqa, longalpaca, sharegpt"));
  EXPECT_TRUE(DatasetCandidates("ms:a/b/c", "", "line_by_line", HubChoice::kAuto).ok());
}

TEST(TokenizerCandidates, ANameAloneIsOnBothHubs) {
  const auto both = TokenizerCandidates("Qwen/Qwen2-7B", "", HubChoice::kAuto);
  ASSERT_TRUE(both.ok()) << both.status();
  ASSERT_EQ(both->size(), 2u);
  EXPECT_EQ((*both)[0].revision, "main");
  EXPECT_EQ((*both)[1].revision, "master");
  EXPECT_EQ(TokenizerCandidates("Qwen/Qwen2-7B", "", HubChoice::kModelScope)->size(), 1u);
  EXPECT_EQ(TokenizerCandidates("hf:a/b", "v1", HubChoice::kModelScope)->front().revision, "v1");
  EXPECT_FALSE(TokenizerCandidates("a/b", "v1", HubChoice::kAuto).ok());
  EXPECT_FALSE(TokenizerCandidates("nonsense", "", HubChoice::kAuto).ok());
}

// The layout of huggingface_hub, as its documentation shows it.
TEST(CacheLayout, IsThatOfHuggingfaceHub) {
  const HubFile file{.repo = "Org/name", .revision = "main", .path = "data/a.jsonl"};
  EXPECT_EQ(BlobPath("/c", file, "ab12"), "/c/datasets--Org--name/blobs/ab12");
  EXPECT_EQ(PartialPath("/c", file, "ab12"), "/c/datasets--Org--name/blobs/ab12.incomplete");
  EXPECT_EQ(LockPath("/c", file, "ab12"), "/c/.locks/datasets--Org--name/ab12.lock");
  EXPECT_EQ(RefPath("/c", file), "/c/datasets--Org--name/refs/main");
  EXPECT_EQ(SnapshotPath("/c", file, "c0ffee"),
            "/c/datasets--Org--name/snapshots/c0ffee/data/a.jsonl");
  EXPECT_EQ(BlobLinkTarget(file, "c0ffee", "ab12"), "../../../blobs/ab12");
  const HubFile model{.kind = RepoKind::kModel, .repo = "Org/name", .path = "tokenizer.json"};
  EXPECT_EQ(BlobPath("/c", model, "ab12"), "/c/models--Org--name/blobs/ab12");
  EXPECT_EQ(BlobLinkTarget(model, "c0ffee", "ab12"), "../../blobs/ab12");
  EXPECT_EQ(BlobLinkTarget(model, "feature/x", "ab12"), "../../../blobs/ab12");
}

TEST(CacheLayout, AnEtagCannotLeaveTheFolder) {
  EXPECT_EQ(BlobName("../../x"), "______x");
  EXPECT_EQ(BlobName("abc-12"), "abc-12");
}

TEST(CacheLayout, KnowsWhereModelScopeKeepsFiles) {
  const HubFile file{.hub = Hub::kModelScope, .repo = "AI-ModelScope/v1.5", .path = "a.json"};
  EXPECT_EQ(ModelScopePath("/m/hub", file), "/m/hub/datasets/AI-ModelScope/v1___5/a.json");
}

}  // namespace
}  // namespace monsoon
