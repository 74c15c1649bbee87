#include "controller/core/hub/file_identity.h"

#include <gtest/gtest.h>

#include <string>

namespace monsoon {
namespace {

const std::string kSha256(64, 'a');
const std::string kSha1(40, 'b');
const std::string kCommit(40, 'c');

TEST(IdentityFromHeaders, ALargeFileIsNamedByTheHubNotByTheCdn) {
  const ResponseFacts hub{
      .linked_etag = "\"" + kSha256 + "\"", .commit = kCommit, .linked_size = 498};
  const absl::StatusOr<FileIdentity> identity = IdentityFromHeaders(hub, nullptr);
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_EQ(identity->etag, kSha256);
  EXPECT_EQ(identity->sha256, kSha256);
  EXPECT_EQ(identity->git_sha1, "");
  EXPECT_EQ(identity->commit, kCommit);
  EXPECT_EQ(identity->size, 498);
  EXPECT_EQ(identity->serving_etag, "");
}

TEST(IdentityFromHeaders, ASmallFileIsAGitBlob) {
  const ResponseFacts last{.status = 200, .etag = "\"" + kSha1 + "\"", .content_length = 9};
  const absl::StatusOr<FileIdentity> identity =
      IdentityFromHeaders(ResponseFacts{.commit = kCommit}, &last);
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_EQ(identity->git_sha1, kSha1);
  EXPECT_EQ(identity->sha256, "");
  EXPECT_EQ(identity->size, 9);
  EXPECT_EQ(identity->serving_etag, "\"" + kSha1 + "\"");
}

TEST(IdentityFromHeaders, AnotherEtagNamesContentButIsNoHash) {
  const ResponseFacts last{.status = 200, .etag = "W/\"x-7\""};
  const absl::StatusOr<FileIdentity> identity = IdentityFromHeaders({.commit = "main"}, &last);
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_EQ(identity->etag, "x-7");
  EXPECT_FALSE(identity->has_hash());
  EXPECT_EQ(identity->serving_etag, "");  // a weak one cannot guard a range
  EXPECT_EQ(identity->commit, "");
}

TEST(IdentityFromHeaders, NeedsAName) {
  const ResponseFacts last{.status = 200, .content_length = 5};
  EXPECT_FALSE(IdentityFromHeaders({}, &last).ok());
}

const HubFile kFile{.hub = Hub::kModelScope, .repo = "a/b", .revision = "master", .path = "d/x"};

TEST(ReadListing, FindsTheFile) {
  const std::string json = R"({"Code":200,"Data":{"Files":[
    {"Path":"d","Type":"tree","Size":0},
    {"Path":"y","Type":"blob","Size":1,"Sha256":""},
    {"Path":"d/x","Type":"blob","Size":12,"Sha256":")" +
                           std::string(64, 'A') + R"(","Revision":"r1"}]},"Success":true})";
  const absl::StatusOr<ListingPage> page = ReadListing(json, kFile);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(page->entries, 3);
  ASSERT_TRUE(page->found.has_value());
  EXPECT_EQ(page->found->sha256, kSha256);
  EXPECT_EQ(page->found->size, 12);
  EXPECT_EQ(page->found->etag, kSha256);
}

TEST(ReadListing, WithoutAHashTheCommitTellsVersionsApart) {
  const absl::StatusOr<ListingPage> page =
      ReadListing(R"({"Data":[{"Path":"/d/x","Size":3,"Revision":"r1"}]})", kFile);
  ASSERT_TRUE(page.ok() && page->found.has_value());
  EXPECT_EQ(page->found->etag, "r1");
  EXPECT_FALSE(page->found->has_hash());
}

TEST(ReadListing, AFolderOfThatNameIsNotTheFile) {
  const absl::StatusOr<ListingPage> page =
      ReadListing(R"({"Data":{"Files":[{"Path":"d/x","Type":"tree"}]}})", kFile);
  ASSERT_TRUE(page.ok());
  EXPECT_FALSE(page->found.has_value());
  EXPECT_TRUE(ReadListing(R"({"Data":{"Files":null}})", kFile).ok());
}

TEST(ReadListing, RefusesWhatIsNoList) {
  for (const char* text :
       {"", "<html>", "[]", "{}", R"({"Data":"x"})", R"({"Data":{"Files":1}})"}) {
    EXPECT_FALSE(ReadListing(text, kFile).ok()) << text;
  }
}

}  // namespace
}  // namespace monsoon
