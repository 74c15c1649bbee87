// The pool over real sockets, against a server whose every move the test decides.
#include <gmock/gmock.h>

#include "tests/agent/http/pool_fixture.h"

namespace monsoon {
namespace {

// Somebody with a request, who writes down what it hears.
class User final : public ConnectionUser {
 public:
  void OnConnectionReady(uint32_t) override {}
  void OnConnected(Connection* connection) override { connection_ = connection; }
  void OnConnectFailed(ErrorClass error_class, std::string_view error) override {
    failure_ = error_class;
    error_ = error;
  }
  void Prefetch(int) const override {}

  Connection* connection_ = nullptr;
  ErrorClass failure_ = ErrorClass::kNone;
  std::string error_;
};

class ConnectionPoolTest : public PoolTest {
 protected:
  void Settle() {
    TurnUntil([this] { return pool_->settled(); });
  }
  // An open connection that is there already.
  Connection* MustHave(User& user) {
    Connection* const connection = pool_->Acquire(&user, false);
    EXPECT_NE(connection, nullptr);
    return connection;
  }
};

TEST_F(ConnectionPoolTest, OpensThePlanBeforeAnybodyAsks) {
  MakePool(3, 0);
  pool_->StartTopUp();
  Settle();
  EXPECT_EQ(server_.Accept(), 3u);
  User a, b, c, d;
  EXPECT_TRUE(MustHave(a)->first_use());
  EXPECT_NE(MustHave(b), MustHave(c));
  // A fourth was not planned: it is opened for whoever waits.
  EXPECT_EQ(pool_->Acquire(&d, false), nullptr);
  TurnUntil([&] { return d.connection_ != nullptr; });
  AwaitConnections(4);
}

TEST_F(ConnectionPoolTest, OpensNothingAheadUnlessAsked) {
  MakePool(3, 3);
  User user;
  EXPECT_EQ(pool_->Acquire(&user, false), nullptr);
  TurnUntil([&] { return user.connection_ != nullptr; });
  AwaitConnections(1);
  int turns = 0;  // in which the plan's others would be dialed
  TurnUntil([&] { return ++turns == 50; });
  EXPECT_EQ(server_.Accept(), 1u);
}

TEST_F(ConnectionPoolTest, ReplacesAnIdleConnectionThatTheEngineCloses) {
  MakePool(1, 0);
  pool_->StartTopUp();
  AwaitConnections(1);
  Settle();
  server_.Close(0);
  AwaitConnections(2);
  Settle();
  User user;
  Connection* const connection = MustHave(user);
  std::array<char, 8> buffer;
  EXPECT_EQ(connection->Read(buffer, false).kind, Connection::ReadResult::Kind::kNothingYet);
}

TEST_F(ConnectionPoolTest, ClosesAConnectionOnWhichTheEngineSpeaksUnasked) {
  MakePool(1, 0);
  pool_->StartTopUp();
  AwaitConnections(1);
  Settle();
  server_.Write(0, "HTTP/1.1 408 Request Timeout\r\n\r\n");
  AwaitConnections(2);
  EXPECT_TRUE(server_.ClientLeft(0));
}

TEST_F(ConnectionPoolTest, GivesAFreshOneToWhoeverNeedsOne) {
  MakePool(1, 1);
  pool_->StartTopUp();
  AwaitConnections(1);
  Settle();
  User first, second;
  Connection* const used = MustHave(first);
  pool_->Release(used);
  EXPECT_EQ(pool_->Acquire(&second, true), nullptr);
  TurnUntil([&] { return second.connection_ != nullptr; });
  EXPECT_NE(second.connection_, used);
  EXPECT_TRUE(second.connection_->first_use());
}

TEST_F(ConnectionPoolTest, AReleasedConnectionGoesToWhoeverWaits) {
  MakePool(1, 0);
  pool_->StartTopUp();
  AwaitConnections(1);
  Settle();
  pool_->StopTopUp();
  User first, second;
  Connection* const connection = MustHave(first);
  EXPECT_EQ(pool_->Acquire(&second, false), nullptr);
  pool_->Release(connection);
  EXPECT_EQ(second.connection_, connection);
  EXPECT_FALSE(connection->first_use());
}

TEST_F(ConnectionPoolTest, WhoeverNoLongerWaitsHearsNothing) {
  MakePool(1, 0);
  User gone, there;
  EXPECT_EQ(pool_->Acquire(&gone, false), nullptr);
  EXPECT_EQ(pool_->Acquire(&there, false), nullptr);
  pool_->StopWaiting(&gone);
  TurnUntil([&] { return there.connection_ != nullptr; });
  Settle();
  EXPECT_EQ(gone.connection_, nullptr);
  EXPECT_EQ(gone.failure_, ErrorClass::kNone);
}

TEST_F(ConnectionPoolTest, OpensTheSuccessorOfADoomedConnectionWhileItIsInUse) {
  MakePool(1, 0);
  pool_->StartTopUp();
  AwaitConnections(1);
  Settle();
  User user;
  Connection* const doomed = MustHave(user);
  Settle();
  EXPECT_EQ(server_.Accept(), 1u);
  pool_->Doom(doomed);
  AwaitConnections(2);
  EXPECT_FALSE(server_.ClientLeft(0));
  pool_->Release(doomed);
  TurnUntil([&] { return server_.ClientLeft(0); });
  Settle();
  EXPECT_EQ(server_.Accept(), 2u);
}

TEST_F(ConnectionPoolTest, ClosesWhatRestedTooLongAfterUse) {
  MakePool(2, 0);
  pool_->StartTopUp();
  AwaitConnections(2);
  Settle();
  User user;
  pool_->Release(MustHave(user));
  clock_.Advance(5 * kNsPerS);
  // The used one is closed and replaced. The other one, on which nothing was asked, stays: servers
  // count from the answer before.
  AwaitConnections(3);
  TurnUntil([&] { return server_.ClientLeft(0) != server_.ClientLeft(1); });
  Settle();
  EXPECT_EQ(server_.Accept(), 3u);
}

TEST_F(ConnectionPoolTest, ARefusalReachesWhoeverWaitsAndNobodyElse) {
  // A port on which nobody listens: that of a server which is gone.
  agent_case_.engine.url = "http://" + ScriptedServer().address() + "/";
  MakePool(4, 0);
  pool_->StartTopUp();
  Settle();  // refused counts: the case must start all the same
  User user;
  EXPECT_EQ(pool_->Acquire(&user, false), nullptr);
  TurnUntil([&] { return user.failure_ != ErrorClass::kNone; });
  EXPECT_EQ(user.failure_, ErrorClass::kConnect);
  EXPECT_THAT(user.error_, ::testing::HasSubstr("refused"));
  EXPECT_EQ(user.connection_, nullptr);
}

}  // namespace
}  // namespace monsoon
