#include "tests/mock_engine/test/test_client.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <cstdlib>
#include <sstream>

#include "common/base/str_cat.h"
#include "tests/mock_engine/distribution.h"

namespace monsoon::mock_engine {
namespace {

std::vector<std::string> SplitCommas(const std::string& line) {
  std::vector<std::string> fields;
  std::stringstream stream(line);
  for (std::string field; std::getline(stream, field, ',');) fields.push_back(field);
  return fields;
}

}  // namespace

TestClient::TestClient(uint16_t port) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval patience = {.tv_sec = 5, .tv_usec = 0};
  setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  EXPECT_EQ(connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
}

void TestClient::Send(std::string_view bytes) {
  EXPECT_EQ(send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(bytes.size()));
}

void TestClient::Post(std::string_view path, std::string_view body, std::string_view headers) {
  Send(StrCat("POST ", path, " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n", headers,
              "Content-Length: ", body.size(), "\r\n\r\n", body));
}

void TestClient::SendChat(std::string_view request_id, int max_tokens, bool stream) {
  const std::string body =
      StrCat("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Say hi\"}],",
             "\"max_tokens\":", max_tokens, ",\"stream\":", stream ? "true" : "false", "}");
  Post("/v1/chat/completions", body, StrCat("x-request-id: ", request_id, "\r\n"));
}

bool TestClient::ReadMore() {
  char bytes[65536];
  const ssize_t n = recv(socket_.get(), bytes, sizeof(bytes), 0);
  if (n > 0) unread_.append(bytes, static_cast<size_t>(n));
  if (n == 0) end_ = End::kClosed;
  if (n < 0 && errno == ECONNRESET) end_ = End::kReset;
  return n > 0;
}

std::string TestClient::ReadUntil(std::string_view end) {
  size_t at = unread_.find(end);
  while (at == std::string::npos) {
    const size_t searched = unread_.size() < end.size() ? 0 : unread_.size() - end.size();
    if (!ReadMore()) return std::exchange(unread_, "");
    at = unread_.find(end, searched);
  }
  std::string read = unread_.substr(0, at + end.size());
  unread_.erase(0, at + end.size());
  return read;
}

std::string TestClient::ReadWhole() {
  std::string response = ReadUntil("\r\n\r\n");
  const size_t at = response.find("content-length: ");
  const size_t bytes = at == std::string::npos ? 0 : std::strtoul(&response[at + 16], nullptr, 10);
  while (unread_.size() < bytes && ReadMore()) {
  }
  response += unread_.substr(0, bytes);
  unread_.erase(0, bytes);
  return response;
}

std::string TestClient::ReadAll() {
  while (ReadMore()) {
  }
  return std::exchange(unread_, "");
}

TestClient::End TestClient::ReadToEnd() {
  while (ReadMore()) {
  }
  return end_;
}

std::map<std::string, std::map<std::string, std::string>> ReadTruthLog(const std::string& path) {
  std::map<std::string, std::map<std::string, std::string>> rows;
  std::stringstream lines(ReadWholeFile(path).value_or(""));
  std::string line;
  std::getline(lines, line);
  const std::vector<std::string> columns = SplitCommas(line);
  while (std::getline(lines, line)) {
    const std::vector<std::string> fields = SplitCommas(line);
    EXPECT_EQ(fields.size(), columns.size()) << line;
    for (size_t i = 0; i < fields.size(); ++i) rows[fields[0]][columns[i]] = fields[i];
  }
  return rows;
}

}  // namespace monsoon::mock_engine
