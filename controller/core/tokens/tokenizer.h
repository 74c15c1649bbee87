// Tokenizer: text <-> the tokens of one model's vocabulary, as the engine that serves the model
// sees them. Pure interface: controller/io/tokenizer reads one from a tokenizer.json, tests write
// their own.
//
// Nothing is put around a text (no begin-of-text token): "" has no tokens. A special token that is
// written out in a text (`<|im_end|>`) is one token. Bytes that are not UTF-8 count as U+FFFD, one
// for each ill-formed sequence.
//
// Threads: all methods may be called from any number of threads at once.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace monsoon {

class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  // Encode(text).size(), cheaper.
  virtual int64_t Count(std::string_view text) const = 0;
  virtual std::vector<uint32_t> Encode(std::string_view text) const = 0;

  // Special tokens are written out. Ids that no token has are left out, and tokens that end amid a
  // character give U+FFFD, so Encode(Decode(ids)) need not be ids.
  virtual std::string Decode(std::span<const uint32_t> ids) const = 0;

  // Every token's id is below this; where a vocabulary has gaps, some numbers below are no token.
  virtual uint32_t vocabulary_size() const = 0;
  // One that a model gives a meaning of its own to (end of turn, padding, ...): no text to be drawn
  // from the vocabulary at random. False for an id that no token has.
  virtual bool IsSpecial(uint32_t id) const = 0;
};

}  // namespace monsoon
