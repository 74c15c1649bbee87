// The whole engine over real sockets: stream bytes, the log, slots, and faults of every family.
#include "tests/mock_engine/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>
#include <memory>
#include <string>
#include <utility>

#include "tests/mock_engine/test/live_server.h"

namespace monsoon::mock_engine {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using End = TestClient::End;

int64_t NowNs() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

TEST_F(ServerTest, StreamsOnTheScriptedClockAndTellsTheTruth) {
  Start();
  TestClient client(port());
  const int64_t before_ns = NowNs();
  client.SendChat("r1", 3);
  const std::string response = client.ReadStream();
  const int64_t after_ns = NowNs();
  EXPECT_THAT(response, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(response,
              HasSubstr("\"content\":\" brings\"},\"logprobs\":null,\"finish_reason\":\"length\""));
  EXPECT_THAT(response, HasSubstr("data: [DONE]\n\n"));

  const auto row = Truth("r1");
  EXPECT_EQ(row.at("outcome"), "ok");
  EXPECT_EQ(row.at("tokens"), "3");
  EXPECT_EQ(row.at("prompt_tokens"), "2");
  EXPECT_EQ(row.at("status"), "200");
  EXPECT_EQ(row.at("connection"), "1");
  const int64_t received_ns = Number(row, "received_ns");
  const int64_t first_ns = Number(row, "first_token_ns");
  EXPECT_GE(received_ns, before_ns);
  EXPECT_EQ(first_ns, received_ns + 5 * kMs + Number(row, "first_token_lateness_ns"));
  EXPECT_GE(Number(row, "last_token_ns"), received_ns + 7 * kMs);
  EXPECT_GE(Number(row, "first_token_lateness_ns"), 0);
  EXPECT_GE(Number(row, "max_lateness_ns"), Number(row, "first_token_lateness_ns"));
  EXPECT_LE(Number(row, "headers_ns"), first_ns);
  EXPECT_LE(Number(row, "last_token_ns"), Number(row, "end_ns"));
  EXPECT_LE(Number(row, "last_token_ns"), after_ns);
  EXPECT_THAT(summary_, StartsWith("{\"requests\":1,\"connections\":1,\"tokens\":3,\"events\":3,"));
}

TEST_F(ServerTest, ServesManyRequestsOnOneConnection) {
  Start();
  TestClient client(port());
  for (const char* id : {"a", "b"}) {
    client.SendChat(id, 2);
    EXPECT_THAT(client.ReadStream(), HasSubstr("[DONE]"));
  }
  client.SendChat("c", 2, false);
  EXPECT_THAT(client.ReadWhole(), HasSubstr("\"content\":\"The monsoon\""));
  client.Send("GET /health HTTP/1.1\r\n\r\n");
  EXPECT_THAT(client.ReadWhole(), StartsWith("HTTP/1.1 200 OK"));
  EXPECT_EQ(Truth("c")["connection"], "1");
  EXPECT_THAT(summary_, HasSubstr("\"other_requests\":{\"GET /health\":1}"));
}

TEST_F(ServerTest, KeepsWhatIsSentTooEarly) {
  Start();
  TestClient client(port());
  client.SendChat("a", 2);
  client.SendChat("b", 2);
  EXPECT_THAT(client.ReadStream(), HasSubstr("[DONE]"));
  EXPECT_THAT(client.ReadStream(), HasSubstr("[DONE]"));
}

TEST_F(ServerTest, QueuesAboveItsSlots) {
  options_.engine.slots = 1;
  Start();
  TestClient first(port());
  first.SendChat("first", 20);
  first.ReadUntil("\r\n\r\n");
  TestClient second(port());
  second.SendChat("second", 1);
  EXPECT_THAT(second.ReadUntil("\r\n\r\n"), StartsWith("HTTP/1.1 200 OK"));
  EXPECT_THAT(first.ReadStream(), HasSubstr("[DONE]"));
  EXPECT_THAT(second.ReadStream(), HasSubstr("[DONE]"));
  const auto waiting = Truth("second");
  const auto served = ReadTruthLog(options_.log_path)["first"];
  // Its clock starts with the slot, and the headers do not wait.
  EXPECT_GE(Number(waiting, "first_token_ns"), Number(served, "last_token_ns") + 5 * kMs);
  EXPECT_LT(Number(waiting, "headers_ns"), Number(served, "last_token_ns"));
  EXPECT_THAT(summary_, HasSubstr("\"max_concurrency\":2"));
}

TEST_F(ServerTest, AClientThatLeavesIsNoticedAndItsSlotGivenOn) {
  options_.engine.slots = 1;
  options_.engine.script.tokens = Distribution::Constant(1'000'000);
  Start();
  TestClient leaver(port());
  leaver.SendChat("leaver", 1'000'000);
  leaver.ReadUntil("\"content\":\" rain\"");
  TestClient next(port());
  next.SendChat("next", 1);
  leaver.Close();
  EXPECT_THAT(next.ReadStream(), HasSubstr("[DONE]"));
  const auto row = Truth("leaver");
  EXPECT_EQ(row.at("outcome"), "client_closed");
  EXPECT_GE(Number(row, "tokens"), 4);
}

TEST_F(ServerTest, HeadersCanBeLate) {
  options_.engine.headers_delay_ns = 3 * kMs;
  Start();
  TestClient client(port());
  client.SendChat("r", 1);
  client.ReadStream();
  const auto row = Truth("r");
  EXPECT_GE(Number(row, "headers_ns"), Number(row, "received_ns") + 3 * kMs);
  EXPECT_LT(Number(row, "headers_ns"), Number(row, "first_token_ns"));
}

TEST_F(ServerTest, TruncatesWithoutTheLastChunk) {
  StartWith(Fault::kTruncate);
  TestClient client(port());
  client.SendChat("r", 4);
  const std::string response = client.ReadStream();
  EXPECT_THAT(response, HasSubstr("\" monsoon\""));
  EXPECT_THAT(response, Not(HasSubstr("\" brings\"")));
  EXPECT_EQ(client.ReadToEnd(), End::kClosed);
  EXPECT_EQ(Truth("r")["outcome"], "fault:truncate");
}

TEST_F(ServerTest, ResetsInTheMiddle) {
  StartWith(Fault::kReset);
  TestClient client(port());
  client.SendChat("r", 4);
  EXPECT_EQ(client.ReadToEnd(), End::kReset);
  const auto row = Truth("r");
  EXPECT_EQ(row.at("outcome"), "fault:reset");
  EXPECT_EQ(row.at("tokens"), "2");
}

TEST_F(ServerTest, HangsUntilTheClientGivesUp) {
  StartWith(Fault::kHangMidStream);
  TestClient client(port());
  client.SendChat("r", 4);
  client.ReadUntil("\" monsoon\"");
  client.Close();
  const auto row = Truth("r");
  EXPECT_EQ(row.at("tokens"), "2");
  EXPECT_THAT(row.at("outcome"), ::testing::AnyOf("fault:hang_mid_stream", "client_closed"));
}

TEST_F(ServerTest, ClosesWithoutAWord) {
  StartWith(Fault::kCloseWithoutReply);
  TestClient client(port());
  client.SendChat("r", 4);
  EXPECT_EQ(client.ReadUntil("x"), "");
  EXPECT_EQ(client.ReadToEnd(), End::kClosed);
  EXPECT_EQ(Truth("r")["status"], "0");
}

TEST_F(ServerTest, ClosesKeptAliveConnections) {
  StartWith(Fault::kKeepAliveClose);
  TestClient client(port());
  client.SendChat("r", 2);
  EXPECT_THAT(client.ReadStream(), Not(HasSubstr("connection: close")));
  EXPECT_EQ(client.ReadToEnd(), End::kClosed);
}

TEST_F(ServerTest, EndsTheConnectionAfterAGoodAnswer) {
  for (const auto& [fault, end] : {std::pair(Fault::kHalfClose, End::kClosed),
                                   std::pair(Fault::kResetAfterEnd, End::kReset)}) {
    StartWith(fault);
    TestClient client(port());
    client.SendChat("r", 2);
    const std::string stream = client.ReadStream();
    EXPECT_THAT(stream, Not(HasSubstr("connection: close")));
    EXPECT_THAT(stream, EndsWith("data: [DONE]\n\n\r\n0\r\n\r\n"));
    EXPECT_EQ(client.ReadToEnd(), end);
    EXPECT_EQ(Truth("r")["outcome"], "ok");
  }
}

TEST_F(ServerTest, SplitWritesArriveWhole) {
  StartWith(Fault::kSplitWrites);
  TestClient client(port());
  client.SendChat("r", 6);
  EXPECT_TRUE(client.ReadStream().ends_with("data: [DONE]\n\n\r\n0\r\n\r\n"));
  EXPECT_EQ(Truth("r")["tokens"], "6");
}

TEST_F(ServerTest, WaitsForASlowReader) {
  StartWith(Fault::kLongLine);
  TestClient client(port());
  client.SendChat("r", 4);
  client.ReadUntil("\" monsoon\"");
  // The rest is far more than the socket takes at once, and comes although nobody reads yet.
  const std::string rest = client.ReadStream();
  EXPECT_GT(rest.size(), 3u << 20);
  EXPECT_TRUE(rest.ends_with("data: [DONE]\n\n\r\n0\r\n\r\n"));
}

TEST_F(ServerTest, ToleratesExpectContinueAndLargeBodies) {
  Start();
  TestClient client(port());
  const std::string body = "{\"model\":\"m\",\"max_tokens\":1,\"messages\":[{\"content\":\"" +
                           std::string(2'000'000, 'x') + "\"}]}";
  client.Send(
      "POST /v1/chat/completions HTTP/1.1\r\nContent-Type: application/json\r\n"
      "x-request-id: r\r\nExpect: 100-continue\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n");
  EXPECT_EQ(client.ReadUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.Send(body);
  EXPECT_THAT(client.ReadWhole(), HasSubstr("\"prompt_tokens\":500000"));
}

TEST_F(ServerTest, RefusesGarbageAndCloses) {
  Start();
  TestClient client(port());
  client.Send("nonsense\r\n\r\n");
  EXPECT_THAT(client.ReadWhole(), StartsWith("HTTP/1.1 400"));
  EXPECT_EQ(client.ReadToEnd(), End::kClosed);
}

TEST_F(ServerTest, StoppingIsLogged) {
  options_.engine.script.ttft = Distribution::Constant(60'000 * kMs);
  Start();
  TestClient client(port());
  client.SendChat("r", 1);
  client.ReadUntil("\r\n\r\n");
  EXPECT_EQ(Truth("r")["outcome"], "stopped");
}

TEST_F(ServerTest, OpensSeveralDoorsAndThreads) {
  options_.listen = {*ParseListenAddress("127.0.0.1:0"), *ParseListenAddress("localhost:0")};
  options_.threads = 2;
  Start();
  for (const ListenAddress& address : server_->addresses()) {
    TestClient client(address.port);
    client.SendChat("door" + std::to_string(address.port), 1);
    EXPECT_THAT(client.ReadStream(), HasSubstr("[DONE]"));
  }
  EXPECT_THAT(server_->Stop(), StartsWith("{\"requests\":2,"));
}

TEST_F(ServerTest, SlotsAndThreadsExcludeEachOther) {
  options_.threads = 2;
  options_.engine.slots = 1;
  EXPECT_THAT(std::string(Server::Start(options_).status().message()), HasSubstr("--threads 1"));
}

TEST_F(ServerTest, ATakenPortIsNamed) {
  Start();
  ServerOptions second = options_;
  second.listen = {*ParseListenAddress("127.0.0.1:" + std::to_string(port()))};
  EXPECT_THAT(std::string(Server::Start(second).status().message()), HasSubstr("another port"));
}

}  // namespace
}  // namespace monsoon::mock_engine
