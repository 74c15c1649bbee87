#include <gtest/gtest.h>

#include <string>

#include "controller/io/tokenizer/hf_tokenizer.h"
#include "controller/io/tokenizer/open_tokenizer.h"

namespace monsoon {
namespace {

TEST(NoTokenizerTest, ABuildWithoutRustSaysSoAndWhatToDo) {
  EXPECT_FALSE(HasTokenizers());
  const absl::Status status = OpenTokenizer("tests/data/tokenizer").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(status.message(),
            "tests/data/tokenizer/tokenizer.json cannot be used: this program was built without "
            "tokenizers, which take Rust. Install cargo (./dev setup does), configure with "
            "-DMONSOON_TOKENIZER=ON and build again");
}

TEST(NoTokenizerTest, APathThatIsWrongAnywayIsReportedAsThat) {
  EXPECT_EQ(OpenTokenizer("tests/data/nowhere").status().message(),
            "there is no tests/data/nowhere");
}

}  // namespace
}  // namespace monsoon
