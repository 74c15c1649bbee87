// RandomPrompts: prompts of random text that have exactly the number of tokens asked for, counted
// as the engine counts them: by tokenising the text that is sent. Drawing tokens and writing them
// out does not give that, because neighbours merge into other tokens when the text is read back;
// users of other tools report three to six times the tokens they asked for.
//
// Each prompt is drawn from the vocabulary's plain words (no special token, no control character,
// no piece of a character, nothing that does not read back as itself), written out, tokenised
// again, cut to length, and checked once more; where the cut does not hold, the end is drawn anew.
// No prompt begins or ends with white space, which chat templates strip.
//
// With prefix_tokens, all prompts begin with the same text, and that text's tokens are the first of
// every prompt: a prefix cache can serve exactly so many.
//
// A prompt is a pure function of (seed, position, spec, tokenizer), the same on every machine.
// Pure; const methods may be called from any number of threads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "common/model/item.h"
#include "controller/core/dataset/token_length.h"
#include "controller/core/scenario/scenario.h"
#include "controller/core/tokens/tokenizer.h"

namespace monsoon {

class RandomPrompts {
 public:
  // Looks at the whole vocabulary: about a second where it is large. `tokenizer` must outlive this
  // object. INVALID_ARGUMENT when no such prompt can be made with this tokenizer.
  static absl::StatusOr<RandomPrompts> Make(const DatasetSpec& spec, uint64_t seed,
                                            const Tokenizer& tokenizer);

  // INVALID_ARGUMENT when none of many tries gave exactly the tokens due at `position` >= 0.
  absl::StatusOr<Item> At(int64_t position) const;

  const std::string& prefix() const { return prefix_.text; }

 private:
  using Ids = std::vector<uint32_t>;
  // A text, and the tokens that it has.
  struct Passage {
    Ids ids;
    std::string text;
  };

  RandomPrompts(const DatasetSpec& spec, uint64_t seed, const Tokenizer& tokenizer);

  void CollectWords();
  // A passage of `count` tokens that begins with those of `base`; nullopt: not with these draws.
  std::optional<Passage> TryExtend(const Ids& base, size_t count, SplitMix64& random) const;
  absl::StatusOr<Passage> Extend(const Ids& base, int64_t count, SplitMix64 random) const;
  void Draw(size_t count, SplitMix64& random, Ids& ids) const;
  bool IsWhole(const Passage& passage, const Ids& base) const;

  const Tokenizer* tokenizer_;
  TokenLength input_tokens_;
  TokenLength output_tokens_;
  uint64_t seed_;
  uint64_t text_seed_;  // of this spec: prompts of other lengths share no beginning with ours
  Ids words_;           // all usable tokens
  Ids openers_;         // those that begin with no space; words_ when all do
  Ids joiners_;         // those that begin with a space; words_ when none does
  bool may_open_with_space_ = false;
  Passage prefix_;
};

}  // namespace monsoon
