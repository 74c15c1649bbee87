// Probes over the wire: nothing is lost, and nonsense is refused.
#include "common/wire/convert_probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace monsoon {
namespace {

using ::testing::HasSubstr;

ProbeOrder FullOrder() {
  ProbeOrder order;
  order.probe_index = 3;
  order.agent_case.run_id = "run";
  order.agent_case.model = "m";
  order.agent_case.engine.type = "vllm";
  order.agent_case.engine.url = "http://gpu1:8000/v1/chat/completions";
  order.agent_case.engine.api_key = Secret("key");
  order.agent_case.concurrency = 1;
  order.item = {ItemKind::kMessages, "[]", 16};
  order.request_id = "run.preflight.3";
  order.time_limit_ns = 5;
  return order;
}

TEST(ConvertProbeTest, AnOrderKeepsEveryField) {
  v1::Probe sent;
  ToProto(FullOrder(), &sent);
  v1::Probe received;
  ASSERT_TRUE(received.ParseFromString(sent.SerializeAsString()));
  const absl::StatusOr<ProbeOrder> order = FromProto(received);
  ASSERT_TRUE(order.ok()) << order.status();
  EXPECT_EQ(order->probe_index, 3u);
  EXPECT_EQ(order->agent_case, FullOrder().agent_case);
  EXPECT_EQ(order->item, FullOrder().item);
  EXPECT_EQ(order->request_id, "run.preflight.3");
  EXPECT_EQ(order->time_limit_ns, 5);
}

TEST(ConvertProbeTest, AnOrderWithoutTimeIsRefused) {
  v1::Probe proto;
  ToProto(FullOrder(), &proto);
  proto.set_time_limit_ns(0);
  EXPECT_THAT(std::string(FromProto(proto).status().message()), HasSubstr("time limit is 0"));
  proto.set_time_limit_ns(~uint64_t{0});
  EXPECT_FALSE(FromProto(proto).ok());
}

TEST(ConvertProbeTest, AResultKeepsEveryField) {
  ProbeResult result;
  result.probe_index = 3;
  result.error = "why";
  result.engine_address = "10.0.0.7:8000";
  result.record.status = RequestStatus::kFailed;
  result.record.error_class = ErrorClass::kTls;
  result.record.error_message = "no";
  result.record.http_status = 404;
  result.content_type = "text/html\xff";
  result.server = "nginx\xff";
  result.body = std::string("a\0\xff", 3);
  result.gets = {{.kind = EngineGetKind::kModelReady,
                  .target = "/v2",
                  .http_status = 200,
                  .body = std::string("\xff", 1),
                  .error = "cut"},
                 {.kind = EngineGetKind::kModels, .target = "/v1/models"}};
  v1::Probed sent;
  ToProto(result, &sent);
  v1::Probed received;
  ASSERT_TRUE(received.ParseFromString(sent.SerializeAsString()));
  const absl::StatusOr<ProbeResult> arrived = FromProto(received);
  ASSERT_TRUE(arrived.ok()) << arrived.status();
  EXPECT_EQ(arrived->probe_index, 3u);
  EXPECT_EQ(arrived->error, "why");
  EXPECT_EQ(arrived->engine_address, result.engine_address);
  EXPECT_EQ(arrived->record.error_class, ErrorClass::kTls);
  EXPECT_EQ(arrived->record.http_status, 404);
  EXPECT_EQ(arrived->content_type, result.content_type);
  EXPECT_EQ(arrived->server, result.server);
  EXPECT_EQ(arrived->body, result.body);
  EXPECT_EQ(arrived->gets, result.gets);
}

TEST(ConvertProbeTest, AnUnknownKindOfGetIsRefused) {
  ProbeResult result;
  result.gets.emplace_back();
  v1::Probed proto;
  ToProto(result, &proto);
  proto.mutable_gets(0)->set_kind(static_cast<v1::ProbedGet::Kind>(9));
  EXPECT_THAT(std::string(FromProto(proto).status().message()), HasSubstr("kind 9"));
}

}  // namespace
}  // namespace monsoon
