// Each refusal of a hub says what to do next.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "controller/core/hub/failure_text.h"

namespace monsoon {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

const HubFile kFile{.repo = "org/name", .revision = "main", .path = "a.jsonl"};
constexpr Asker kNobody{.endpoint = "https://h", .has_token = false};
constexpr Asker kSomebody{.endpoint = "https://h", .has_token = true};

std::string Text(const Asker& asker, const ResponseFacts& facts, const HubFile& file = kFile) {
  const absl::Status status = HubRefusal(file, asker, facts);
  return std::string(absl::StatusCodeToString(status.code())) + ": " +
         std::string(status.message());
}

TEST(HubRefusal, AGatedRepositoryNeedsItsTermsAccepted) {
  const ResponseFacts facts{.status = 401, .error_code = "GatedRepo"};
  EXPECT_EQ(Text(kNobody, facts),
            "PERMISSION_DENIED: hf:org/name/a.jsonl (revision main): Hugging Face answers 401: it "
            "is gated: accept its terms at https://h/datasets/org/name, then put an access token "
            "of that account in HF_TOKEN");
  EXPECT_THAT(Text(kSomebody, facts), HasSubstr("with the account that the token belongs to"));
}

TEST(HubRefusal, AnUnknownRepositoryLooksLikeAPrivateOne) {
  const ResponseFacts facts{.status = 401, .error_code = "RepoNotFound"};
  EXPECT_THAT(Text(kNobody, facts),
              AllOf(HasSubstr("does not exist, or it is private"), HasSubstr("HF_TOKEN")));
  EXPECT_THAT(Text(kSomebody, {.status = 401}), HasSubstr("not valid or may not read it"));
  HubFile file = kFile;
  file.hub = Hub::kModelScope;
  EXPECT_THAT(Text(kNobody, {.status = 403}, file),
              AllOf(HasSubstr("ModelScope answers 403"), HasSubstr("MODELSCOPE_API_TOKEN")));
}

TEST(HubRefusal, WhatIsMissingIsNamed) {
  EXPECT_THAT(Text(kNobody, {.status = 404, .error_code = "EntryNotFound"}),
              AllOf(HasSubstr("NOT_FOUND"), HasSubstr("no file 'a.jsonl'")));
  EXPECT_THAT(Text(kNobody, {.status = 404, .error_code = "RevisionNotFound"}),
              HasSubstr("no revision 'main'"));
  EXPECT_THAT(Text(kNobody, {.status = 404}), HasSubstr("https://h/datasets/org/name"));
}

TEST(HubRefusal, WhatMayPassIsUnavailable) {
  EXPECT_THAT(Text(kNobody, {.status = 429, .retry_after = "60"}),
              AllOf(HasSubstr("UNAVAILABLE"), HasSubstr("60"), HasSubstr("HF_TOKEN")));
  EXPECT_THAT(Text(kNobody, {.status = 503}), HasSubstr("HF_ENDPOINT"));
  EXPECT_THAT(Text(kNobody, {.status = 418}),
              AllOf(HasSubstr("FAILED_PRECONDITION"), HasSubstr("https://h")));
}

TEST(OverLimit, SaysHowToRaiseIt) {
  EXPECT_EQ(OverLimit(kFile, 5'000'000'000, 2'000'000'000).message(),
            "hf:org/name/a.jsonl (revision main) has 5.0 GB, beyond the limit of 2.0 GB for a "
            "download: set MONSOON_MAX_DOWNLOAD (such as 8GiB) if it is really meant");
}

}  // namespace
}  // namespace monsoon
