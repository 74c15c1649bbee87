#include "agent/core/net/address_policy.h"

#include <gtest/gtest.h>

namespace monsoon {
namespace {

absl::Status Check(const AddressPolicy& policy, std::string_view address) {
  const absl::StatusOr<IpAddress> parsed = ParseIpAddress(address);
  EXPECT_TRUE(parsed.ok()) << address;
  return policy.Check(*parsed);
}

TEST(AddressPolicy, AllowsLoopbackAndPrivateNetworksByDefault) {
  const AddressPolicy policy;
  for (const char* address : {"127.0.0.1", "127.255.255.254", "10.0.0.1", "10.255.255.255",
                              "172.16.0.1", "172.31.255.255", "192.168.0.1", "100.64.0.1",
                              "100.127.255.255", "::1", "fd12:3456::1", "::ffff:10.1.2.3"}) {
    EXPECT_TRUE(Check(policy, address).ok()) << address;
  }
}

TEST(AddressPolicy, RefusesPublicAddressesAndNamesTheFlag) {
  const AddressPolicy policy;
  for (const char* address : {"8.8.8.8", "172.15.255.255", "172.32.0.0", "192.167.255.255",
                              "100.63.255.255", "100.128.0.0", "2606:4700::1111", "11.0.0.0"}) {
    const absl::Status status = Check(policy, address);
    EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied) << address;
    EXPECT_NE(status.message().find("--allow-target"), absl::string_view::npos) << status;
  }
}

TEST(AddressPolicy, NothingAllowsMetadataLinkLocalOrMulticast) {
  const absl::StatusOr<AddressPolicy> policy =
      AddressPolicy::WithAllowed({"any", "169.254.0.0/16", "fe80::/10", "224.0.0.1"});
  ASSERT_TRUE(policy.ok());
  for (const char* address :
       {"169.254.169.254", "169.254.0.1", "fe80::1", "fd00:ec2::254", "100.100.100.200", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "ff02::1", "::", "::ffff:169.254.169.254"}) {
    EXPECT_FALSE(Check(*policy, address).ok()) << address;
  }
  EXPECT_TRUE(Check(*policy, "8.8.8.8").ok());
  EXPECT_TRUE(Check(*policy, "2606:4700::1111").ok());
}

TEST(AddressPolicy, NothingAllowsAMetadataServiceOfAnyCloudInAnyForm) {
  const absl::StatusOr<AddressPolicy> policy = AddressPolicy::WithAllowed({"any"});
  ASSERT_TRUE(policy.ok());
  for (const char* address : {
           "169.254.169.254",  // most clouds
           "169.254.170.2",    // tasks of containers
           "fd00:ec2::254",    // over IPv6
           "fd00:ec2::23",
           "fd20:ce::254",
           "fd00:42::42",
           "fe80::a9fe:a9fe",
           "100.100.100.200",
           "168.63.129.16",
           "192.0.0.192",
           "::ffff:169.254.169.254",  // IPv4-mapped
           "::ffff:100.100.100.200",
           "::169.254.169.254",   // IPv4-compatible
           "64:ff9b::a9fe:a9fe",  // through NAT64
           "64:ff9b::169.254.169.254",
           "64:ff9b:1::a9fe:a9fe",
           "2002:a9fe:a9fe::1",  // through 6to4
           "::ffff:0.0.0.0",
           "::ffff:255.255.255.255",
           "0.1.2.3",
           "239.255.255.255",
       }) {
    const absl::Status status = Check(*policy, address);
    EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied) << address;
    EXPECT_NE(status.message().find("never sends anything"), absl::string_view::npos) << status;
  }
  for (const char* address :
       {"64:ff9b::8.8.8.8", "2002:808:808::1", "::1", "100.100.100.201", "fd00:42::43"}) {
    EXPECT_TRUE(Check(*policy, address).ok()) << address;
  }
}

TEST(AddressPolicy, ATranslatedPrivateAddressIsNoPrivateAddress) {
  const AddressPolicy policy;
  for (const char* address : {"64:ff9b::10.0.0.1", "2002:a00:1::1", "::10.0.0.1"}) {
    EXPECT_FALSE(Check(policy, address).ok()) << address;
  }
}

TEST(AddressPolicy, AllowsWhatItWasToldTo) {
  const absl::StatusOr<AddressPolicy> policy =
      AddressPolicy::WithAllowed({"203.0.113.0/29", "2001:db8::/33"});
  ASSERT_TRUE(policy.ok());
  EXPECT_TRUE(Check(*policy, "203.0.113.7").ok());
  EXPECT_FALSE(Check(*policy, "203.0.113.8").ok());
  EXPECT_TRUE(Check(*policy, "2001:db8:7fff::1").ok());
  EXPECT_FALSE(Check(*policy, "2001:db8:8000::1").ok());
  EXPECT_EQ(AddressPolicy::WithAllowed({"gpu1"}).status().message(),
            "--allow-target: expected an IP address, found 'gpu1'; or any");
}

TEST(IpNetwork, RejectsWhatIsNone) {
  for (const char* text : {"", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "::/129", "example.org",
                           "10.0.0.0/8x", "10.0.0"}) {
    EXPECT_FALSE(ParseIpNetwork(text).ok()) << text;
  }
}

TEST(IpAddress, PrintsAsItWasWritten) {
  EXPECT_EQ(ParseIpAddress("10.1.2.3")->ToString(), "10.1.2.3");
  EXPECT_EQ(ParseIpAddress("[::1]")->ToString(), "::1");
}

}  // namespace
}  // namespace monsoon
