#include "controller/core/hub/hub_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

absl::StatusOr<HubSettings> Read(std::map<std::string, std::string> variables) {
  return ReadHubSettings([variables](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional<std::string>(found->second);
  });
}

TEST(HubSettings, Defaults) {
  const HubSettings settings = Read({{"HOME", "/users/u"}}).value();
  EXPECT_EQ(settings.hugging_face.endpoint, "https://huggingface.co");
  EXPECT_EQ(settings.hugging_face.cache_root, "/users/u/.cache/huggingface/hub");
  EXPECT_EQ(settings.hugging_face.token_file, "/users/u/.cache/huggingface/token");
  EXPECT_TRUE(settings.hugging_face.token.empty());
  EXPECT_EQ(settings.model_scope.endpoint, "https://www.modelscope.cn");
  EXPECT_EQ(settings.model_scope.cache_root, "/users/u/.cache/modelscope/monsoon");
  EXPECT_EQ(settings.model_scope.token_file, "/users/u/.modelscope/token");
  EXPECT_THAT(settings.model_scope_roots,
              ElementsAre("/users/u/.cache/modelscope", "/users/u/.cache/modelscope/hub"));
  EXPECT_FALSE(settings.offline);
  EXPECT_EQ(settings.choice, HubChoice::kAuto);
}

TEST(HubSettings, FoldersOfHuggingFace) {
  EXPECT_EQ(Read({{"HOME", "/h"}, {"XDG_CACHE_HOME", "/x"}})->hugging_face.cache_root,
            "/x/huggingface/hub");
  EXPECT_EQ(Read({{"HOME", "/h"}, {"HF_HOME", "~/hf"}})->hugging_face.cache_root, "/h/hf/hub");
  const HubSettings both = Read({{"HF_HOME", "/hf"}, {"HF_HUB_CACHE", "/big"}}).value();
  EXPECT_EQ(both.hugging_face.cache_root, "/big");
  EXPECT_EQ(both.hugging_face.token_file, "/hf/token");
  EXPECT_EQ(Read({{"HF_HOME", "/hf"}, {"HF_TOKEN_PATH", "/t"}})->hugging_face.token_file, "/t");
  EXPECT_EQ(Read({})->hugging_face.cache_root, "");
}

TEST(HubSettings, EndpointsAndChoice) {
  const HubSettings settings = Read({{"HF_ENDPOINT", "https://hf-mirror.com/"},
                                     {"MODELSCOPE_DOMAIN", "www.modelscope.ai"},
                                     {"MONSOON_HUB", "ms"},
                                     {"HF_HUB_OFFLINE", "on"}})
                                   .value();
  EXPECT_EQ(settings.hugging_face.endpoint, "https://hf-mirror.com");
  EXPECT_EQ(settings.model_scope.endpoint, "https://www.modelscope.ai");
  EXPECT_EQ(settings.choice, HubChoice::kModelScope);
  EXPECT_TRUE(settings.offline);
  EXPECT_FALSE(Read({{"HF_HUB_OFFLINE", "0"}})->offline);
  EXPECT_EQ(Read({{"MODELSCOPE_DOMAIN", "a"}, {"MODELSCOPE_ENDPOINT", "http://b:1"}})
                ->model_scope.endpoint,
            "http://b:1");
}

TEST(HubSettings, NumbersAndFiles) {
  const HubSettings settings = Read({{"HF_HUB_DOWNLOAD_TIMEOUT", "3"},
                                     {"MONSOON_MAX_DOWNLOAD", "8GiB"},
                                     {"REQUESTS_CA_BUNDLE", "/ca.pem"}})
                                   .value();
  EXPECT_EQ(settings.stall_s, 3);
  EXPECT_EQ(settings.max_bytes, int64_t{8} << 30);
  EXPECT_EQ(settings.certificates, "/ca.pem");
}

TEST(HubSettings, WhatIsWrongIsNamed) {
  for (const auto& [variable, value] :
       std::map<std::string, std::string>{{"HF_ENDPOINT", "huggingface.co"},
                                          {"MODELSCOPE_ENDPOINT", "https://user:pw@host"},
                                          {"MONSOON_HUB", "both"},
                                          {"HF_HUB_DOWNLOAD_TIMEOUT", "0"},
                                          {"MONSOON_MAX_DOWNLOAD", "lots"}}) {
    const absl::Status status = Read({{variable, value}}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << variable;
    EXPECT_THAT(std::string(status.message()), HasSubstr(variable));
  }
}

TEST(HubSettings, TokensAreNeverShown) {
  EXPECT_EQ(Read({{"HF_TOKEN", " hf_abc\n"}})->hugging_face.token.Reveal(), "hf_abc");
  EXPECT_EQ(Read({{"HUGGING_FACE_HUB_TOKEN", "old"}})->hugging_face.token.Reveal(), "old");
  EXPECT_EQ(Read({{"MODELSCOPE_API_TOKEN", "m"}})->model_scope.token.Reveal(), "m");
  for (const char* bad : {"hf_secret\r\nX-Evil: 1", "hf secret", "hf_secret; a=b"}) {
    const absl::Status status = Read({{"HF_TOKEN", bad}}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr("HF_TOKEN"));
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("secret")));
  }
}

}  // namespace
}  // namespace monsoon
