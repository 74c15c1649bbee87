// JSON pointers, the tree of them, and the text that is new in a text that grows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "agent/core/engine/pointer/pointer_tree.h"
#include "agent/core/engine/pointer/text_diff.h"
#include "common/model/json_pointer.h"

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(JsonPointer, Steps) {
  EXPECT_THAT(*ParseJsonPointer("/a/0/*"), ElementsAre("a", "0", "*"));
  EXPECT_THAT(*ParseJsonPointer("/~0~1/"), ElementsAre("~/", ""));
  EXPECT_THAT(*ParseJsonPointer("/a b/\xE4\xBD\xA0"), ElementsAre("a b", "\xE4\xBD\xA0"));
  for (const char* text : {"", "a", "a/b", "/~", "/~2", "/a\"", "/a\\", "/a\n"}) {
    const auto steps = ParseJsonPointer(text);
    EXPECT_EQ(steps.status().code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(steps.status().message()), HasSubstr("expected a JSON pointer"));
  }
}

TEST(PointerTree, SharesBeginnings) {
  const PointerRow rows[] = {{Role::kText, "/a/0/t"},
                             {Role::kFinish, "/a/0/f"},
                             {Role::kTool, ""},
                             {Role::kDone, "/a/0/t"}};
  const PointerTree tree = *PointerTree::Build(rows);
  ASSERT_EQ(tree.root().children.size(), 1u);
  const PointerTree::Node& element = tree.root().children[0].children[0];
  EXPECT_EQ(element.index, 0);
  ASSERT_EQ(element.children.size(), 2u);
  EXPECT_TRUE(element.children[0].Has(Role::kText));
  EXPECT_TRUE(element.children[0].Has(Role::kDone));
  EXPECT_FALSE(element.children[0].Has(Role::kFinish));
}

TEST(PointerTree, AnIndexHasWhatEveryElementHas) {
  const PointerRow rows[] = {{Role::kText, "/a/*/t"}, {Role::kFinish, "/a/0/f"}};
  const PointerRow turned[] = {rows[1], rows[0]};
  for (const PointerTree& tree : {*PointerTree::Build(rows), *PointerTree::Build(turned)}) {
    const PointerTree::Node& array = tree.root().children[0];
    ASSERT_EQ(array.children.size(), 2u);
    const bool any_first = array.children[0].any;
    EXPECT_EQ(array.children[any_first ? 0 : 1].children.size(), 1u);
    const PointerTree::Node& first = array.children[any_first ? 1 : 0];
    EXPECT_EQ(first.index, 0);
    ASSERT_EQ(first.children.size(), 2u);
    for (const PointerTree::Node& child : first.children) {
      EXPECT_TRUE(child.Has(child.key == "t" ? Role::kText : Role::kFinish)) << child.key;
    }
  }
}

TEST(TextDiff, TheRestIsNew) {
  TextDiff diff;
  EXPECT_EQ(diff.Advance("Hi"), "Hi");
  EXPECT_EQ(diff.Advance("Hi"), "");
  EXPECT_EQ(diff.Advance("Hi there"), " there");
  EXPECT_EQ(diff.Rest(), "");
}

TEST(TextDiff, HalfACharacterIsHeldBack) {
  TextDiff diff;
  EXPECT_EQ(diff.Advance("a\xEF\xBF\xBD"), "a");
  EXPECT_EQ(diff.Advance("a\xEF\xBF\xBD\xEF\xBF\xBD"), "");
  EXPECT_EQ(diff.Advance("a\xE4\xBD\xA0"), "\xE4\xBD\xA0");
  EXPECT_EQ(diff.Advance("a\xE4\xBD\xA0\xEF\xBF\xBD"), "");
  EXPECT_EQ(diff.Advance("a\xE4\xBD\xA0\xEF\xBF\xBD!"), "\xEF\xBF\xBD!");
  EXPECT_EQ(diff.Advance("a\xE4\xBD\xA0\xEF\xBF\xBD!\xEF\xBF\xBD"), "");
  EXPECT_EQ(diff.Rest(), "\xEF\xBF\xBD");
  EXPECT_EQ(diff.Rest(), "");
}

TEST(TextDiff, ATextThatShrinks) {
  TextDiff diff;
  EXPECT_EQ(diff.Advance("Hello STOP"), "Hello STOP");
  EXPECT_EQ(diff.Advance("Hello "), "");
  EXPECT_EQ(diff.Advance("Hello ST"), "");
  EXPECT_EQ(diff.Advance("Hello STOP."), ".");
  EXPECT_EQ(diff.Advance(""), "");
  EXPECT_EQ(diff.Rest(), "");
}

TEST(TextDiff, AnEndThatIsReplaced) {
  TextDiff diff;
  EXPECT_EQ(diff.Advance("ab cd"), "ab cd");
  EXPECT_EQ(diff.Advance("ab xyz"), "xyz");
  EXPECT_EQ(diff.Advance("ab xyz!"), "!");
  // Characters that share their first bytes are not cut in half.
  diff.Reset();
  EXPECT_EQ(diff.Advance("\xE4\xBD\xA0"), "\xE4\xBD\xA0");
  EXPECT_EQ(diff.Advance("\xE4\xBD\xA1"), "\xE4\xBD\xA1");
}

// Whatever grows, the pieces together are the whole.
TEST(TextDiff, PiecesAddUp) {
  std::mt19937_64 random(7);
  const std::string text = "aab\xE4\xBD\xA0 \xF0\x9F\x98\x80\xEF\xBF\xBD aab\xEF\xBF\xBD";
  for (int i = 0; i < 200; ++i) {
    TextDiff diff;
    std::string out;
    for (size_t size = 0; size < text.size(); size += 1 + random() % 5) {
      while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) ++size;
      out += diff.Advance(std::string_view(text).substr(0, size));
    }
    out += diff.Advance(text);
    out += diff.Rest();
    EXPECT_EQ(out, text);
  }
}

}  // namespace
}  // namespace monsoon
