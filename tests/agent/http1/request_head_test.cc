#include "agent/core/http/request_head.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/base/str_cat.h"
#include "common/version.h"

namespace monsoon {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

absl::StatusOr<RequestHead> Create(std::string_view url, const Headers& headers = {}) {
  const absl::StatusOr<Endpoint> endpoint = ParseEndpoint(url);
  if (!endpoint.ok()) return endpoint.status();
  return RequestHead::Create(*endpoint, headers);
}

std::string Head(std::string_view url, const Headers& headers = {}) {
  std::string out;
  EXPECT_TRUE(Create(url, headers).value().Append("id-1", 12, out));
  return out;
}

std::string HostOf(std::string_view url) {
  const std::string head = Head(url);
  const size_t begin = head.find("\r\nHost: ") + 8;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

TEST(RequestHead, IsWhatGoesOverTheWire) {
  EXPECT_EQ(Head("http://gpu1:8000/v1/chat/completions?a=b#c",
                 {{"Content-Type", "application/json"}, {"X-Empty", ""}}),
            StrCat("POST /v1/chat/completions?a=b HTTP/1.1\r\n"
                   "Host: gpu1:8000\r\n"
                   "User-Agent: monsoon/",
                   kVersion,
                   "\r\n"
                   "Content-Type: application/json\r\n"
                   "X-Empty: \r\n"
                   "x-request-id: id-1\r\n"
                   "Content-Length: 12\r\n"
                   "\r\n"));
}

TEST(RequestHead, AGetHasNoLength) {
  const absl::StatusOr<Endpoint> endpoint = ParseEndpoint("http://gpu1:8000/v1/models");
  std::string out;
  ASSERT_TRUE(RequestHead::CreateGet(*endpoint, {{"Accept", "*/*"}}).value().Append("id", 0, out));
  EXPECT_EQ(out, StrCat("GET /v1/models HTTP/1.1\r\nHost: gpu1:8000\r\nUser-Agent: monsoon/",
                        kVersion, "\r\nAccept: */*\r\nx-request-id: id\r\n\r\n"));
}

TEST(RequestHead, AppendsToWhatIsThere) {
  const RequestHead head = Create("http://h/").value();
  std::string out = "before";
  ASSERT_TRUE(head.Append("a", 0, out));
  ASSERT_TRUE(head.Append("b", static_cast<size_t>(-1), out));
  EXPECT_EQ(out.substr(0, 23), "beforePOST / HTTP/1.1\r\n");
  EXPECT_NE(out.find("x-request-id: a\r\nContent-Length: 0\r\n\r\nPOST / "), std::string::npos);
  const std::string end = "x-request-id: b\r\nContent-Length: 18446744073709551615\r\n\r\n";
  EXPECT_EQ(out.substr(out.size() - end.size()), end);
}

TEST(RequestHead, NamesTheHostAsTheUrlDoes) {
  EXPECT_EQ(HostOf("http://h/"), "h");
  EXPECT_EQ(HostOf("http://h:80/"), "h");
  EXPECT_EQ(HostOf("http://h:443/"), "h:443");
  EXPECT_EQ(HostOf("https://h:443/"), "h");
  EXPECT_EQ(HostOf("https://h:80/"), "h:80");
  EXPECT_EQ(HostOf("http://[2001:db8::1]/"), "[2001:db8::1]");
  EXPECT_EQ(HostOf("https://[::1]:8443/"), "[::1]:8443");
  EXPECT_EQ(HostOf("http://[fe80::1%25eth0]:81/"), "[fe80::1]:81");
}

TEST(RequestHead, OwnHostAndUserAgentReplaceOurs) {
  const std::string head = Head("http://h/", {{"hOST", "other"}, {"user-agent", "me"}});
  EXPECT_EQ(head.find("Host:"), std::string::npos);
  EXPECT_EQ(head.find("User-Agent:"), std::string::npos);
  EXPECT_NE(head.find("\r\nhOST: other\r\nuser-agent: me\r\n"), std::string::npos);
  EXPECT_FALSE(Create("http://h/", {{"Host", "a"}, {"host", "b"}}).ok());
  EXPECT_FALSE(Create("http://h/", {{"Host", ""}}).ok());
}

TEST(RequestHead, RefusesHeadersThatFrameTheMessage) {
  for (const char* name : {"Content-Length", "transfer-encoding", "Trailer", "CONNECTION",
                           "Keep-Alive", "Proxy-Connection", "Upgrade", "Expect", "X-Request-Id"}) {
    const absl::Status status = Create("http://h/", {{name, "1"}}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << name;
    EXPECT_NE(status.message().find(name), absl::string_view::npos) << status;
  }
}

TEST(RequestHead, NothingCanStartAHeaderOfItsOwn) {
  for (const std::string& bad :
       std::vector<std::string>{"a\r\nX: y", "a\nb", "a\rb", std::string("a\0b", 3)}) {
    EXPECT_FALSE(Create("http://h/", {{"X-A", bad}}).ok());
    EXPECT_FALSE(Create("http://h/", {{bad, "v"}}).ok());
    EXPECT_FALSE(Create("http://h/" + bad).ok());
    EXPECT_FALSE(Create("http://h" + bad + "/").ok());
    std::string out = "same";
    EXPECT_FALSE(Create("http://h/").value().Append(bad, 1, out));
    EXPECT_EQ(out, "same");
  }
  EXPECT_FALSE(Create("http://h/", {{"", "v"}}).ok());
  EXPECT_FALSE(Create("http://h/", {{"X A", "v"}}).ok());
  EXPECT_FALSE(Create("http://h/", {{"X:", "v"}}).ok());
  EXPECT_FALSE(Create("http://h/a b").ok());
  EXPECT_FALSE(Create("http://h/\xC3\xA9").ok());
  EXPECT_FALSE(Create("http://h\xC3\xA9/").ok());
  std::string out;
  EXPECT_FALSE(Create("http://h/").value().Append("", 1, out));
}

TEST(RequestHead, NeverPrintsAValue) {
  const absl::Status status = Create("http://h/", {{"X-Key", "secret\n"}}).status();
  EXPECT_NE(status.message().find("X-Key"), absl::string_view::npos);
  EXPECT_EQ(status.message().find("secret"), absl::string_view::npos);
}

}  // namespace
}  // namespace monsoon
