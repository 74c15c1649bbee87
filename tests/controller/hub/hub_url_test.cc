#include "controller/core/hub/hub_url.h"

#include <gtest/gtest.h>

namespace monsoon {
namespace {

TEST(OriginOf, IsSchemeHostAndPort) {
  EXPECT_EQ(OriginOf("https://Hub.Example/a?b"), "https://hub.example:443");
  EXPECT_EQ(OriginOf("http://h"), "http://h:80");
  EXPECT_EQ(OriginOf("http://h:8080/x"), "http://h:8080");
  EXPECT_EQ(OriginOf("http://[::1]/x"), "http://[::1]:80");
  EXPECT_EQ(OriginOf("http://[::1]:99/x"), "http://[::1]:99");
  EXPECT_EQ(OriginOf("https://hub.example@evil.example/"), "https://evil.example:443");
  EXPECT_EQ(OriginOf("https://hub.example:443@evil.example"), "https://evil.example:443");
  for (const char* url :
       {"", "h", "ftp://h/", "http://", "http:///x", "http://h:x/", "file:///x"}) {
    EXPECT_EQ(OriginOf(url), std::nullopt) << url;
  }
}

TEST(ResolveLocation, FollowsWhatRedirectsSay) {
  const std::string base = "https://h:8443/a/b?c=/d";
  EXPECT_EQ(ResolveLocation(base, "https://other/x?y"), "https://other/x?y");
  EXPECT_EQ(ResolveLocation(base, "//other/x"), "https://other/x");
  EXPECT_EQ(ResolveLocation(base, "/api/x?u=http://z"), "https://h:8443/api/x?u=http://z");
  EXPECT_EQ(ResolveLocation(base, "x"), "https://h:8443/a/x");
  EXPECT_EQ(ResolveLocation("https://h", "x"), "https://h/x");
}

TEST(ResolveLocation, NeverLeavesTlsOrHttp) {
  EXPECT_EQ(ResolveLocation("https://h/", "http://h/"), std::nullopt);
  EXPECT_EQ(ResolveLocation("http://h/", "https://h/"), "https://h/");
  EXPECT_EQ(ResolveLocation("http://h/", "file:///etc/passwd"), std::nullopt);
  EXPECT_EQ(ResolveLocation("http://h/", ""), std::nullopt);
}

TEST(FileUrl, IsTheHubsOwnForm) {
  const HubFile data{.repo = "Org/Name", .revision = "refs/pr/1", .path = "d/x y#.jsonl"};
  EXPECT_EQ(FileUrl("https://huggingface.co", data),
            "https://huggingface.co/datasets/Org/Name/resolve/refs%2Fpr%2F1/d/x%20y%23.jsonl");
  EXPECT_EQ(PageUrl("https://huggingface.co", data), "https://huggingface.co/datasets/Org/Name");
  HubFile model{
      .kind = RepoKind::kModel, .repo = "Qwen/Qwen2", .revision = "main", .path = "tokenizer.json"};
  EXPECT_EQ(FileUrl("https://m", model), "https://m/Qwen/Qwen2/resolve/main/tokenizer.json");
  model.hub = Hub::kModelScope;
  EXPECT_EQ(FileUrl("https://m", model), "https://m/models/Qwen/Qwen2/resolve/main/tokenizer.json");
}

TEST(ListingUrl, IsModelScopesApi) {
  HubFile file{.hub = Hub::kModelScope, .repo = "a/b", .revision = "master", .path = "c"};
  EXPECT_EQ(ListingUrl("https://m", file, 2),
            "https://m/api/v1/datasets/a/b/repo/tree?Revision=master&Recursive=True&PageNumber=2"
            "&PageSize=200");
  file.kind = RepoKind::kModel;
  EXPECT_EQ(ListingUrl("https://m", file, 1),
            "https://m/api/v1/models/a/b/repo/files?Revision=master&Recursive=True&PageNumber=1"
            "&PageSize=200");
}

TEST(WithoutQuery, DropsTheSignatureOfALink) {
  EXPECT_EQ(WithoutQuery("https://cdn/x?Signature=secret"), "https://cdn/x");
  EXPECT_EQ(WithoutQuery("https://cdn/x"), "https://cdn/x");
}

}  // namespace
}  // namespace monsoon
