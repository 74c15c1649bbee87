#include "controller/io/tokenizer/hf_tokenizer.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/status/status.h"

#include "common/base/str_cat.h"
#include "controller/io/tokenizer/rust/monsoon_tokenizer.h"

namespace monsoon {
namespace {

struct Free {
  void operator()(MonsoonTokenizer* tokenizer) const { monsoon_tokenizer_free(tokenizer); }
  void operator()(char* error) const { monsoon_tokenizer_free_error(error); }
};
using Handle = std::unique_ptr<MonsoonTokenizer, Free>;

const uint8_t* Bytes(std::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

class HfTokenizer final : public Tokenizer {
 public:
  explicit HfTokenizer(Handle handle)
      : handle_(std::move(handle)),
        vocabulary_size_(monsoon_tokenizer_vocabulary_size(handle_.get())) {}

  int64_t Count(std::string_view text) const override {
    return monsoon_tokenizer_count(handle_.get(), Bytes(text), text.size());
  }

  // A token per byte is enough but for ill-formed bytes and vocabularies that put spaces in.
  std::vector<uint32_t> Encode(std::string_view text) const override {
    std::vector<uint32_t> ids(text.size());
    const auto encode = [&] {
      return monsoon_tokenizer_encode(handle_.get(), Bytes(text), text.size(), ids.data(),
                                      ids.size());
    };
    return Filled(ids, encode);
  }

  std::string Decode(std::span<const uint32_t> ids) const override {
    std::string text(ids.size() * 8, '\0');
    const auto decode = [&] {
      return monsoon_tokenizer_decode(handle_.get(), ids.data(), ids.size(),
                                      reinterpret_cast<uint8_t*>(text.data()), text.size());
    };
    return Filled(text, decode);
  }

  uint32_t vocabulary_size() const override { return vocabulary_size_; }
  bool IsSpecial(uint32_t id) const override {
    return monsoon_tokenizer_is_special(handle_.get(), id);
  }

 private:
  // `fill` writes what there is room for and returns the whole size: once more where that was more.
  template <typename Container, typename Fill>
  static Container Filled(Container& out, const Fill& fill) {
    int64_t size = fill();
    if (size > static_cast<int64_t>(out.size())) {
      out.resize(static_cast<size_t>(size));
      size = fill();
    }
    out.resize(static_cast<size_t>(std::max<int64_t>(size, 0)));
    return std::move(out);
  }

  Handle handle_;
  uint32_t vocabulary_size_;
};

}  // namespace

bool HasTokenizers() { return true; }

absl::StatusOr<std::unique_ptr<Tokenizer>> MakeHfTokenizer(std::string_view json) {
  char* message = nullptr;
  Handle handle(monsoon_tokenizer_open(Bytes(json), json.size(), &message));
  const std::unique_ptr<char, Free> error(message);
  if (handle == nullptr) {
    return absl::InvalidArgumentError(StrCat("is not a tokenizer.json that can be used: ",
                                             error == nullptr ? "no reason given" : error.get()));
  }
  return std::make_unique<HfTokenizer>(std::move(handle));
}

}  // namespace monsoon
