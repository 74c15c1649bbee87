// Whose certificates an agent obeys.
#include "agent/core/net/controller_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace monsoon {
namespace {

using ::testing::HasSubstr;

ControllerList List(const std::vector<std::string>& identities) {
  const absl::StatusOr<ControllerList> list = ControllerList::Parse(identities);
  EXPECT_TRUE(list.ok()) << list.status();
  return list.value_or(ControllerList());
}

bool AllowsDns(const ControllerList& list, const std::string& name) {
  return list.Allows({.dns = {name}});
}

TEST(ControllerList, TheEmptyOneObeysNobody) {
  const ControllerList list;
  EXPECT_TRUE(list.empty());
  EXPECT_FALSE(list.Allows({}));
  EXPECT_FALSE(list.Allows({{"a"}, {"spiffe://a"}, {"127.0.0.1"}}));
}

TEST(ControllerList, DnsNamesAreEqualWhateverTheirCase) {
  const ControllerList list = List({"Controller.example.org", "controller"});
  EXPECT_TRUE(AllowsDns(list, "controller.EXAMPLE.org"));
  EXPECT_TRUE(AllowsDns(list, "controller"));
  for (const char* other :
       {"", "example.org", "x.controller.example.org", "controller.example.org.",
        "controller.example.orgx", "xcontroller.example.org", "*.example.org"}) {
    EXPECT_FALSE(AllowsDns(list, other)) << other;
  }
}

TEST(ControllerList, AStarIsOneWholeLabelAtTheLeft) {
  const ControllerList list = List({"*.ci.example.org"});
  EXPECT_TRUE(AllowsDns(list, "a.ci.example.org"));
  EXPECT_TRUE(AllowsDns(list, "A-1.CI.example.org"));
  for (const char* other : {"ci.example.org", ".ci.example.org", "a.b.ci.example.org",
                            "a.ci.example.org.evil.org", "aci.example.org", "*.ci.example.org"}) {
    EXPECT_FALSE(AllowsDns(list, other)) << other;
  }
}

TEST(ControllerList, ACertificatesOwnStarIsNoJoker) {
  EXPECT_FALSE(AllowsDns(List({"controller.example.org"}), "*.example.org"));
}

TEST(ControllerList, UrisAreComparedByteByByte) {
  const ControllerList list = List({"spiffe://example.org/monsoon"});
  EXPECT_TRUE(list.Allows({.uris = {"spiffe://other", "spiffe://example.org/monsoon"}}));
  EXPECT_FALSE(list.Allows({.uris = {"spiffe://example.org/monsoon/x"}}));
  EXPECT_FALSE(list.Allows({.uris = {"spiffe://EXAMPLE.org/monsoon"}}));
  EXPECT_FALSE(AllowsDns(list, "spiffe://example.org/monsoon"));
}

TEST(ControllerList, AddressesAreComparedAsAddresses) {
  const ControllerList list = List({"10.0.0.7", "fd00::1"});
  EXPECT_TRUE(list.Allows({.addresses = {"10.0.0.7"}}));
  EXPECT_TRUE(list.Allows({.addresses = {"fd00:0::0:1"}}));
  EXPECT_FALSE(list.Allows({.addresses = {"10.0.0.8"}}));
  EXPECT_FALSE(AllowsDns(list, "10.0.0.7")) << "an address in a name is a name";
}

TEST(ControllerList, OtherFormsAreRefused) {
  for (const char* text : {"", "*", "*.", "*.org", "a*.example.org", "a.*.org", "*.*.example.org",
                           "a..b", "-a", "a b", "a/b", "CN=controller", "10.0.0.0/8"}) {
    const absl::Status status = ControllerList::Parse({text}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(status.message()), HasSubstr("--allow-controller"));
  }
}

TEST(ControllerList, TheRefusalNamesWhatWasShownAndWhatToSet) {
  const absl::Status refused = List({"a.example.org"}).Check({.dns = {"b"}}, "DNS:b\n");
  EXPECT_EQ(refused.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("DNS:b\\n"));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("--allow-controller"));
  EXPECT_TRUE(List({"b"}).Check({.dns = {"b"}}, "DNS:b").ok());
}

}  // namespace
}  // namespace monsoon
