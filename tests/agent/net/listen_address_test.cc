#include "agent/io/config/listen_address.h"

#include <gtest/gtest.h>

namespace monsoon {
namespace {

TEST(ListenAddress, LoopbackAndUnixSocketsAreLocal) {
  for (const char* text : {"127.0.0.1:7070", "127.1.2.3:0", "localhost:1", "[::1]:7070", "::1:7070",
                           "unix:/run/agent.sock"}) {
    EXPECT_TRUE(ParseListenAddress(text)->is_local()) << text;
  }
  for (const char* text : {"0.0.0.0:7070", "10.0.0.1:7070", "[::]:7070", "[2001:db8::1]:7070"}) {
    EXPECT_FALSE(ParseListenAddress(text)->is_local()) << text;
  }
}

TEST(ListenAddress, RejectsWhatIsNone) {
  for (const char* text :
       {"", "7070", ":7070", "host:7070", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:70000", "unix:"}) {
    EXPECT_EQ(ParseListenAddress(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(ListenAddress, IsWhatGrpcExpects) {
  EXPECT_EQ(ParseListenAddress("localhost:7070")->ToGrpc(), "127.0.0.1:7070");
  EXPECT_EQ(ParseListenAddress("[::1]:7070")->ToGrpc(), "[::1]:7070");
  EXPECT_EQ(ParseListenAddress("unix:/a b")->ToGrpc(), "unix:/a b");
}

}  // namespace
}  // namespace monsoon
