// In place of hf_tokenizer.cc where CMake found no Rust, or was told MONSOON_TOKENIZER=OFF.
#include "absl/status/status.h"

#include "controller/io/tokenizer/hf_tokenizer.h"

namespace monsoon {

bool HasTokenizers() { return false; }

absl::StatusOr<std::unique_ptr<Tokenizer>> MakeHfTokenizer(std::string_view) {
  return absl::UnimplementedError(
      "cannot be used: this program was built without tokenizers, which take Rust. Install cargo "
      "(./dev setup does), configure with -DMONSOON_TOKENIZER=ON and build again");
}

}  // namespace monsoon
