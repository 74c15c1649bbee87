// One slot over real sockets, against a server whose every byte the test decides.
#include "agent/io/http/exchange.h"

#include <gmock/gmock.h>

#include <optional>

#include "agent/core/engine/adapter_registry.h"
#include "agent/core/net/endpoint.h"
#include "tests/agent/http/pool_fixture.h"

namespace monsoon {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::string_view kBody =
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"It\"}}]}\n\n"
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\" rains\"},\"finish_reason\":"
    "\"stop\"}]}\n\n"
    "data: [DONE]\n\n";

std::string Answer(std::string_view more_headers = "", std::string_view body = kBody) {
  return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n" + std::string(more_headers) + "\r\n" +
         std::string(body);
}

class ExchangeTest : public PoolTest {
 protected:
  // One slot, one connection that is open already.
  void SetUp() override {
    agent_case_.run_id = "run";
    agent_case_.model = "m";
    agent_case_.engine.type = "openai";
    agent_case_.engine.url = "http://" + server_.address() + "/v1/chat/completions";
    MakePool(1, 1);
    adapter_ = MakeEngineAdapter(agent_case_).value();
    head_ = RequestHead::Create(ParseEndpoint(agent_case_.engine.url).value(), adapter_->Headers())
                .value();
    case_start_ns_ = clock_.MonotonicNs();
    context_ = {.agent_case = &agent_case_,
                .adapter = adapter_.get(),
                .head = &*head_,
                .scratch = &scratch_,
                .clock = &clock_,
                .control = &control_,
                .pool = pool_.get(),
                .poller = poller_.get(),
                .lag = &lag_,
                .read_buffer = read_buffer_,
                .ended = &ended_,
                .case_start_ns = case_start_ns_};
    exchange_.emplace(&context_);
    pool_->StartTopUp();
    AwaitConnections(1);
    TurnUntil([this] { return pool_->settled(); });
  }
  void TearDown() override { exchange_.reset(); }

  void Begin(std::string body = "{}") {
    auto request = std::make_unique<PreparedRequest>();
    request->request_index = 7;
    request->request_id = "run.0.7";
    request->body = std::move(body);
    ended_.clear();
    exchange_->Begin(std::move(request), clock_.MonotonicNs());
  }
  void AwaitRequest(size_t connection, size_t count = 1) {
    TurnUntil([&] {
      if (server_.Accept() <= connection) return false;
      const std::string& all = server_.Received(connection);
      size_t found = 0;
      for (size_t at = all.find("POST "); at != all.npos; at = all.find("POST ", at + 1)) ++found;
      return found == count && all.find("{}") != all.npos;
    });
  }
  const RequestRecord& AwaitEnd() {
    TurnUntil([this] { return !ended_.empty(); });
    EXPECT_FALSE(exchange_->busy());
    return exchange_->record();
  }
  // A whole request on connection 0, which is a used one afterwards.
  void UseConnectionOnce() {
    Begin();
    AwaitRequest(0);
    server_.Write(0, Answer());
    ASSERT_EQ(AwaitEnd().status, RequestStatus::kOk) << exchange_->record().error_message;
  }

  std::unique_ptr<EngineAdapter> adapter_;
  std::optional<RequestHead> head_;
  DecoderScratch scratch_;
  CaseControl control_;
  LagMeter lag_;
  std::vector<char> read_buffer_ = std::vector<char>(4096);
  std::vector<Exchange*> ended_;
  int64_t case_start_ns_ = 0;
  ExchangeContext context_;
  std::optional<Exchange> exchange_;
};

TEST_F(ExchangeTest, SendsOneRequestAndRecordsItsAnswer) {
  Begin();
  AwaitRequest(0);
  EXPECT_THAT(server_.Received(0), StartsWith("POST /v1/chat/completions HTTP/1.1\r\n"));
  EXPECT_THAT(server_.Received(0), HasSubstr("x-request-id: run.0.7\r\n"));
  EXPECT_THAT(server_.Received(0), EndsWith("\r\n\r\n{}"));
  server_.Write(0, Answer());
  const RequestRecord& record = AwaitEnd();
  EXPECT_EQ(record.status, RequestStatus::kOk) << record.error_message;
  EXPECT_EQ(record.request_index, 7u);
  EXPECT_EQ(record.token_events, 2);
  EXPECT_EQ(record.received_bytes, static_cast<int64_t>(kBody.size()));
  EXPECT_TRUE(record.has_flag(kFlagNewConnection));
  EXPECT_LT(record.connect_ns, record.dispatched_ns);
  EXPECT_LE(record.dispatched_ns, record.sent_ns);
  EXPECT_LT(record.sent_ns, record.first_token_ns);
}

TEST_F(ExchangeTest, ReadsAnAnswerThatComesByteByByte) {
  Begin();
  AwaitRequest(0);
  for (const char byte : Answer()) {
    server_.Write(0, {&byte, 1});
    TurnUntil([] { return true; });
  }
  EXPECT_EQ(AwaitEnd().status, RequestStatus::kOk) << exchange_->record().error_message;
  EXPECT_EQ(exchange_->record().token_events, 2);
}

TEST_F(ExchangeTest, KeepsTheConnectionForTheNextRequest) {
  UseConnectionOnce();
  Begin();
  AwaitRequest(0, 2);
  server_.Write(0, Answer());
  const RequestRecord& record = AwaitEnd();
  EXPECT_EQ(record.status, RequestStatus::kOk);
  EXPECT_FALSE(record.has_flag(kFlagNewConnection));
  EXPECT_EQ(record.connect_ns, kNever);
  EXPECT_EQ(server_.Accept(), 1u);
}

TEST_F(ExchangeTest, LeavesAConnectionThatTheEngineWillClose) {
  Begin();
  AwaitRequest(0);
  server_.Write(0, Answer("Connection: close\r\n"));
  EXPECT_EQ(AwaitEnd().status, RequestStatus::kOk);
  TurnUntil([this] { return server_.ClientLeft(0); });
  Begin();
  AwaitRequest(1);
}

// As llama.cpp's server does after every stream: the end comes with the last bytes of an answer
// that promised to keep the connection, in one event; nothing tells it again.
TEST_F(ExchangeTest, LeavesAConnectionThatEndsWithTheAnswer) {
  Begin();
  AwaitRequest(0);
  server_.Write(0, Answer("Keep-Alive: timeout=5, max=100\r\n"));
  server_.CloseHalf(0);
  EXPECT_EQ(AwaitEnd().status, RequestStatus::kOk);
  Begin();
  AwaitRequest(1);
  server_.Write(1, Answer());
  EXPECT_EQ(AwaitEnd().status, RequestStatus::kOk);
  EXPECT_FALSE(exchange_->record().has_flag(kFlagStaleConnection));
}

TEST_F(ExchangeTest, ADeadReusedConnectionIsTriedOnceMoreAndSaysSo) {
  UseConnectionOnce();
  Begin();
  AwaitRequest(0, 2);
  server_.Reset(0);  // it had idled too long, says the engine
  AwaitRequest(1);
  server_.Write(1, Answer());
  const RequestRecord& record = AwaitEnd();
  EXPECT_EQ(record.status, RequestStatus::kOk) << record.error_message;
  EXPECT_TRUE(record.has_flag(kFlagStaleConnection));
  EXPECT_GE(record.sent_ns, record.dispatched_ns);
}

TEST_F(ExchangeTest, ASecondDeathIsTheEngines) {
  UseConnectionOnce();
  Begin();
  AwaitRequest(0, 2);
  server_.Reset(0);
  AwaitRequest(1);
  server_.Close(1);
  const RequestRecord& record = AwaitEnd();
  EXPECT_EQ(record.status, RequestStatus::kFailed);
  EXPECT_EQ(record.error_class, ErrorClass::kTruncated);
}

TEST_F(ExchangeTest, AFreshConnectionThatDiesIsNotTriedAgain) {
  Begin();
  AwaitRequest(0);
  server_.Close(0);
  EXPECT_EQ(AwaitEnd().error_class, ErrorClass::kTruncated);
  EXPECT_FALSE(exchange_->record().has_flag(kFlagStaleConnection));
}

TEST_F(ExchangeTest, NothingIsSentAgainOnceAnAnswerHasBegun) {
  UseConnectionOnce();
  Begin();
  AwaitRequest(0, 2);
  server_.Write(0, "H");
  TurnUntil([] { return true; });
  server_.Close(0);
  const RequestRecord& record = AwaitEnd();
  EXPECT_EQ(record.error_class, ErrorClass::kTruncated);
  EXPECT_FALSE(record.has_flag(kFlagStaleConnection));
  EXPECT_EQ(record.http_status, 0);
}

TEST_F(ExchangeTest, SendsABodyThatTheSocketCannotHoldAtOnce) {
  const std::string body = "{}" + std::string(24 << 20, ' ');
  Begin(body);
  // Nobody has read yet, so it cannot all have gone.
  EXPECT_TRUE(exchange_->busy());
  AwaitRequest(0);
  TurnUntil([&] {
    const std::string& all = server_.Received(0);
    return all.size() == all.find("\r\n\r\n") + 4 + body.size();
  });
  server_.Write(0, Answer());
  EXPECT_EQ(AwaitEnd().status, RequestStatus::kOk) << exchange_->record().error_message;
}

TEST_F(ExchangeTest, AnAnswerBeforeTheWholeRequestWasSentEndsTheConnection) {
  Begin("{}" + std::string(24 << 20, ' '));
  server_.Write(0, "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
  const RequestRecord& record = AwaitEnd();
  EXPECT_EQ(record.error_class, ErrorClass::kErrorHttp);
  EXPECT_EQ(record.http_status, 413);
  TurnUntil([this] { return server_.ClientLeft(0); });
}

TEST_F(ExchangeTest, CancellingClosesTheConnection) {
  Begin();
  AwaitRequest(0);
  exchange_->Cancel();
  EXPECT_EQ(AwaitEnd().status, RequestStatus::kCancelled);
  TurnUntil([this] { return server_.ClientLeft(0); });
}

TEST_F(ExchangeTest, NothingIsSentAfterTheLease) {
  control_.RenewLease(clock_.MonotonicNs(), clock_.MonotonicNs() + kNsPerS);
  clock_.Advance(2 * kNsPerS);  // stopped, and continued
  Begin();
  EXPECT_EQ(AwaitEnd().status, RequestStatus::kCancelled);
  EXPECT_EQ(exchange_->record().sent_ns, kNever);
  EXPECT_EQ(server_.Received(0), "");
  EXPECT_EQ(control_.mode(), LoadMode::kCancel);
}

TEST_F(ExchangeTest, EachPhaseHasItsDeadline) {
  agent_case_.timeouts = {.connect_ns = 1 * kNsPerS,
                          .first_token_ns = 20 * kNsPerS,
                          .idle_ns = 3 * kNsPerS,
                          .total_ns = 60 * kNsPerS};
  const int64_t begin_ns = clock_.MonotonicNs();
  Begin();
  AwaitRequest(0);
  EXPECT_EQ(exchange_->deadline().error_class, ErrorClass::kTimeoutFirst);
  EXPECT_GE(exchange_->deadline().at_ns, begin_ns + 20 * kNsPerS);
  server_.Write(0, Answer().substr(0, Answer().find("\n\n") + 2));
  TurnUntil([this] { return exchange_->deadline().error_class == ErrorClass::kTimeoutIdle; });
  EXPECT_LE(exchange_->deadline().at_ns, clock_.MonotonicNs() + 3 * kNsPerS);
  exchange_->TimeOut(ErrorClass::kTimeoutIdle);
  const RequestRecord& record = AwaitEnd();
  EXPECT_EQ(record.error_class, ErrorClass::kTimeoutIdle);
  EXPECT_THAT(record.error_message, HasSubstr("timeouts"));
}

TEST_F(ExchangeTest, AnAnswerWhoseBodyDoesNotEndIsCompleteAfterAWhile) {
  Begin();
  AwaitRequest(0);
  server_.Write(0, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" +
                       std::string(kBody));  // and stays open
  TurnUntil([this] { return exchange_->deadline().error_class == ErrorClass::kNone; });
  EXPECT_LE(exchange_->deadline().at_ns, clock_.MonotonicNs() + 2 * kNsPerS);
  exchange_->TimeOut(ErrorClass::kNone);
  EXPECT_EQ(AwaitEnd().status, RequestStatus::kOk) << exchange_->record().error_message;
  TurnUntil([this] { return server_.ClientLeft(0); });
}

TEST_F(ExchangeTest, ACompressedAnswerIsRefusedInWords) {
  Begin();
  AwaitRequest(0);
  server_.Write(0, Answer("Content-Encoding: gzip\r\n"));
  EXPECT_EQ(AwaitEnd().error_class, ErrorClass::kBadPayload);
  EXPECT_THAT(exchange_->record().error_message, HasSubstr("compress"));
}

}  // namespace
}  // namespace monsoon
