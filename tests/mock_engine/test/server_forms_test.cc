// Every way of an answer to look other than usual, over a real socket; and the server's own
// manners.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/mock_engine/distribution.h"
#include "tests/mock_engine/test/live_server.h"

namespace monsoon::mock_engine {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using End = TestClient::End;

constexpr char kDone[] = "data: [DONE]\n\n\r\n0\r\n\r\n";

class ServerFormsTest : public ServerTest {
 protected:
  // The response to a chat of four tokens from an engine with one modifier; the log must call it
  // good.
  std::string Stream(Fault modifier, std::string_view end = "\r\n0\r\n\r\n") {
    StartWith(modifier);
    TestClient client(port());
    client.SendChat("r", 4);
    const std::string response = client.ReadUntil(end);
    const auto row = Truth("r");
    EXPECT_EQ(row.at("outcome"), "ok");
    EXPECT_EQ(row.at("tokens"), "4");
    return response;
  }
};

TEST_F(ServerFormsTest, SingleBytesMakeTheSameStream) {
  EXPECT_TRUE(Stream(Fault::kByteWrites).ends_with(kDone));
}

TEST_F(ServerFormsTest, BurstsBringEventsTogether) {
  EXPECT_THAT(Stream(Fault::kBursts), HasSubstr("}]}\n\ndata: {"));
}

TEST_F(ServerFormsTest, LinesEndInCrLf) {
  EXPECT_THAT(Stream(Fault::kCrLf), HasSubstr("data: [DONE]\r\n\r\n\r\n0\r\n\r\n"));
}

TEST_F(ServerFormsTest, LinesEndInCr) {
  EXPECT_THAT(Stream(Fault::kCr), HasSubstr("data: [DONE]\r\r\r\n0\r\n\r\n"));
}

TEST_F(ServerFormsTest, NoBlankBehindTheColon) {
  const std::string response = Stream(Fault::kNoSpace);
  EXPECT_THAT(response, HasSubstr("data:[DONE]\n\n"));
  EXPECT_THAT(response, Not(HasSubstr("data: ")));
}

TEST_F(ServerFormsTest, AMarkInFront) {
  EXPECT_THAT(Stream(Fault::kBom), HasSubstr("\r\n\xEF\xBB\xBF"
                                             "data: {"));
}

TEST_F(ServerFormsTest, BytesThatAreNoUtf8) {
  EXPECT_THAT(Stream(Fault::kBadUtf8), HasSubstr("\" brings\xC3\x28\""));
}

TEST_F(ServerFormsTest, GzipNobodyAskedFor) {
  const std::string response = Stream(Fault::kGzip);
  EXPECT_THAT(response, HasSubstr("content-encoding: gzip\r\n"));
  EXPECT_THAT(response, HasSubstr("\r\n\x1f\x8b\x08"));
}

TEST_F(ServerFormsTest, ChunksWithExtensionsAndTrailers) {
  const std::string response = Stream(Fault::kChunkExtensions, "\r\nserver-timing: total\r\n\r\n");
  EXPECT_THAT(response, HasSubstr(";mock=\"a b\";x\r\n"));
  EXPECT_THAT(response, HasSubstr("\r\n0;last=yes\r\nx-mock-trailer: one\r\n"));
}

TEST_F(ServerFormsTest, AStreamOfKnownLength) {
  const std::string response = Stream(Fault::kContentLength, "data: [DONE]\n\n");
  const size_t head = response.find("\r\n\r\n") + 4;
  EXPECT_THAT(response,
              HasSubstr("content-length: " + std::to_string(response.size() - head) + "\r\n"));
}

TEST_F(ServerFormsTest, AnInterimResponseFirst) {
  EXPECT_THAT(Stream(Fault::kEarlyHints), StartsWith("HTTP/1.1 103 Early Hints\r\n"));
}

TEST_F(ServerFormsTest, HeadersThatTakeTheirTime) {
  EXPECT_THAT(Stream(Fault::kSlowHeaders), StartsWith("HTTP/1.1 200 OK\r\nserver: "));
}

TEST_F(ServerFormsTest, NoBlankLineAtTheEnd) {
  EXPECT_TRUE(Stream(Fault::kNoFinalBlank).ends_with("data: [DONE]\r\n0\r\n\r\n"));
}

TEST_F(ServerFormsTest, CloseIsTheEnd) {
  for (const Fault fault : {Fault::kCloseDelimited, Fault::kConnectionClose}) {
    StartWith(fault);
    TestClient client(port());
    client.SendChat("r", 2);
    const std::string response = client.ReadAll();
    EXPECT_THAT(response, HasSubstr("connection: close\r\n"));
    EXPECT_THAT(response, HasSubstr("data: [DONE]\n\n"));
    EXPECT_EQ(client.ReadToEnd(), End::kClosed);
  }
}

TEST_F(ServerFormsTest, AStreamCutAtAnyByte) {
  StartWith(Fault::kCut);
  TestClient client(port());
  client.SendChat("r", 4);
  const std::string response = client.ReadAll();
  EXPECT_THAT(response, Not(HasSubstr(kDone)));
  EXPECT_EQ(client.ReadToEnd(), End::kClosed);
  EXPECT_EQ(Truth("r")["outcome"], "fault:cut");
}

TEST_F(ServerFormsTest, ResetsAfterTheHead) {
  StartWith(Fault::kResetAfterHeaders);
  TestClient client(port());
  client.SendChat("r", 4);
  EXPECT_THAT(client.ReadUntil("\r\n\r\n"), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_EQ(client.ReadToEnd(), End::kReset);
}

TEST_F(ServerFormsTest, IdleConnectionsEnd) {
  options_.engine.keep_alive_ns = 20 * kMs;
  Start();
  TestClient client(port());
  client.SendChat("a", 2);
  EXPECT_THAT(client.ReadStream(), HasSubstr("[DONE]"));
  client.SendChat("b", 2);
  EXPECT_THAT(client.ReadStream(), HasSubstr("[DONE]"));
  EXPECT_EQ(client.ReadToEnd(), End::kClosed);
}

TEST_F(ServerFormsTest, TheRequestLogHasEverything) {
  options_.request_log_path = options_.log_path + ".requests";
  Start();
  TestClient client(port());
  client.SendChat("a", 1);
  client.ReadStream();
  client.Send("GET /terminate HTTP/1.1\r\n\r\n");
  client.ReadWhole();
  client.Send("GET /v1/models?x=1 HTTP/1.1\r\n\r\n");
  client.ReadWhole();
  EXPECT_EQ(*ReadWholeFile(options_.request_log_path),
            "POST /v1/chat/completions\nGET /terminate\nGET /v1/models?x=1\n");
  EXPECT_THAT(server_->Stop(), HasSubstr("\"dangerous_requests\":1}"));
}

TEST_F(ServerFormsTest, EveryDialectIsOnOnePort) {
  Start();
  TestClient client(port());
  client.Post("/v2/models/ensemble/generate_stream", R"({"text_input":"Say hi","max_tokens":1})",
              "x-request-id: t\r\n");
  EXPECT_THAT(client.ReadStream(), HasSubstr("\"text_output\":\"The\"}\n\n\r\n0\r\n\r\n"));
  client.Post("/api/chat", R"({"model":"m","messages":[],"options":{"num_predict":2}})",
              "x-request-id: o\r\n");
  EXPECT_THAT(client.ReadStream(), HasSubstr("\"done\":true,\"done_reason\":\"length\""));
  client.Post("/mii/m", R"({"prompts":["Say hi"],"max_new_tokens":3})", "x-request-id: m\r\n");
  EXPECT_THAT(client.ReadWhole(), HasSubstr("[{\"generated_text\":\"The monsoon brings\""));
  client.Post("/v1/embeddings", R"({"model":"m","input":["a"]})", "x-request-id: e\r\n");
  EXPECT_THAT(client.ReadWhole(), HasSubstr("\"object\":\"embedding\""));
  server_->Stop();
  auto rows = ReadTruthLog(options_.log_path);
  EXPECT_EQ(rows["t"]["tokens"], "1");
  EXPECT_EQ(rows["o"]["tokens"], "2");
  EXPECT_EQ(rows["m"]["tokens"], "3");
  EXPECT_EQ(rows["e"]["tokens"], "0");
}

}  // namespace
}  // namespace monsoon::mock_engine
