// Items over the wire: content-addressed, so damage is noticed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/wire/convert_case.h"

namespace monsoon {
namespace {

using ::testing::HasSubstr;

v1::Item ItemMessage(ItemKind kind, const std::string& content, int64_t output_tokens = 0) {
  v1::Item proto;
  const Item item{kind, content, output_tokens};
  ToProto(ComputeItemId(item), item, &proto);
  return proto;
}

TEST(ConvertItemTest, KeepsEveryField) {
  const std::string binary("a\0\xff\n", 4);
  int64_t output_tokens = 0;
  for (const ItemKind kind : {ItemKind::kPrompt, ItemKind::kMessages, ItemKind::kBody,
                              ItemKind::kTexts, ItemKind::kRerank}) {
    v1::Item received;
    const v1::Item sent = ItemMessage(kind, binary, output_tokens);
    ASSERT_TRUE(received.ParseFromString(sent.SerializeAsString()));
    const absl::StatusOr<Item> item = FromProto(received);
    ASSERT_TRUE(item.ok()) << item.status();
    EXPECT_EQ(item->kind, kind);
    EXPECT_EQ(item->content, binary);
    EXPECT_EQ(item->output_tokens, output_tokens);
    output_tokens += 128;
  }
}

TEST(ConvertItemTest, DamageIsNoticed) {
  v1::Item content = ItemMessage(ItemKind::kPrompt, "What is rain?");
  content.mutable_content()->back() = '!';
  EXPECT_THAT(std::string(FromProto(content).status().message()), HasSubstr("damaged"));

  v1::Item kind = ItemMessage(ItemKind::kPrompt, "[]");
  kind.set_kind(v1::Item::KIND_MESSAGES);
  EXPECT_EQ(FromProto(kind).status().code(), absl::StatusCode::kInvalidArgument);

  v1::Item length = ItemMessage(ItemKind::kPrompt, "x", 5);
  length.set_output_tokens(6);
  EXPECT_EQ(FromProto(length).status().code(), absl::StatusCode::kInvalidArgument);

  v1::Item id = ItemMessage(ItemKind::kPrompt, "x");
  (*id.mutable_id())[15] ^= 1;
  EXPECT_EQ(FromProto(id).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(ConvertItemTest, AnUnknownKindIsRefused) {
  v1::Item proto = ItemMessage(ItemKind::kBody, "{}");
  proto.set_kind(static_cast<v1::Item::Kind>(5));
  EXPECT_THAT(std::string(FromProto(proto).status().message()), HasSubstr("kind 5"));
}

TEST(ConvertItemTest, AnOutputLengthOutOfRangeIsRefused) {
  for (const int64_t output_tokens : {int64_t{-1}, int64_t{1} << 56}) {
    v1::Item proto = ItemMessage(ItemKind::kPrompt, "x");
    proto.set_output_tokens(output_tokens);
    EXPECT_THAT(std::string(FromProto(proto).status().message()),
                HasSubstr(std::to_string(output_tokens) + " output tokens"));
  }
}

TEST(ConvertItemTest, AnIdHasSixteenBytes) {
  const ItemId id = ComputeItemId(ItemKind::kPrompt, "x");
  EXPECT_EQ(ItemIdFromBytes(ItemIdBytes(id)).value(), id);
  for (const size_t size : {0u, 15u, 17u, 32u}) {
    const absl::Status status = ItemIdFromBytes(std::string(size, 'x')).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr(std::to_string(size)));
  }
}

}  // namespace
}  // namespace monsoon
