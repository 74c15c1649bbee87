#include "controller/core/dataset/random_prompts.h"

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

#include "absl/status/status.h"

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

constexpr int kMaxTries = 64;   // of a whole passage
constexpr int kMaxRounds = 20;  // of mending its end
constexpr size_t kFewestWords = 8;
constexpr std::string_view kReplacementCharacter = "\xef\xbf\xbd";

// Spaces, separators and invisible marks beyond ASCII that templates strip, normalisers drop or
// nobody sees: U+0085, U+00A0, U+00AD, U+1680, U+2000-200F, U+2028-202F, U+205F-206F, U+3000,
// U+FEFF.
bool IsInvisible(uint32_t c) {
  return c == 0x85 || c == 0xa0 || c == 0xad || c == 0x1680 || (c >= 0x2000 && c <= 0x200f) ||
         (c >= 0x2028 && c <= 0x202f) || (c >= 0x205f && c <= 0x206f) || c == 0x3000 || c == 0xfeff;
}

// The code point at the start of `text` and its length. REQUIRES: valid UTF-8, not empty.
std::pair<uint32_t, size_t> FirstCharacter(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<uint8_t>(text[i])); };
  const uint32_t lead = byte(0);
  const size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  uint32_t c = length == 1 ? lead : lead & (0x7f >> length);
  for (size_t i = 1; i < std::min(length, text.size()); ++i) c = c << 6 | (byte(i) & 0x3f);
  return {c, std::min(length, text.size())};
}

// A word with at most one space, before it.
bool IsPlain(std::string_view text) {
  if (text.starts_with(' ')) text.remove_prefix(1);
  if (text.empty() || text.find(kReplacementCharacter) != text.npos) return false;
  while (!text.empty()) {
    const auto [c, length] = FirstCharacter(text);
    if (c <= ' ' || c == 0x7f || IsInvisible(c)) return false;
    text.remove_prefix(length);
  }
  return true;
}

bool BeginsWith(const std::vector<uint32_t>& ids, const std::vector<uint32_t>& base) {
  return ids.size() >= base.size() && std::equal(base.begin(), base.end(), ids.begin());
}

uint64_t Mix(uint64_t state, uint64_t value) { return SplitMix64(state ^ value).Next(); }

uint64_t TextSeed(const DatasetSpec& spec, uint64_t seed) {
  const TokenLength& length = spec.input_tokens;
  for (const int64_t part : {static_cast<int64_t>(length.law), length.mean, length.stddev,
                             length.min, length.max, spec.prefix_tokens}) {
    seed = Mix(seed, static_cast<uint64_t>(part));
  }
  return seed;
}

}  // namespace

RandomPrompts::RandomPrompts(const DatasetSpec& spec, uint64_t seed, const Tokenizer& tokenizer)
    : tokenizer_(&tokenizer),
      input_tokens_(spec.input_tokens),
      output_tokens_(spec.output_tokens),
      seed_(seed),
      text_seed_(TextSeed(spec, seed)) {}

absl::StatusOr<RandomPrompts> RandomPrompts::Make(const DatasetSpec& spec, uint64_t seed,
                                                  const Tokenizer& tokenizer) {
  RandomPrompts prompts(spec, seed, tokenizer);
  prompts.CollectWords();
  if (prompts.words_.size() < kFewestWords) {
    return absl::InvalidArgumentError(
        StrCat("dataset ", spec.name, ": the tokenizer has ", prompts.words_.size(),
               " tokens that are plain text by themselves, too few to make random prompts of; is "
               "model.tokenizer the right one?"));
  }
  if (spec.prefix_tokens > 0) {
    ASSIGN_OR_RETURN(
        prompts.prefix_,
        prompts.Extend({}, spec.prefix_tokens, RandomAt(seed, RandomPurpose::kPrefixText, 0)));
  }
  return prompts;
}

void RandomPrompts::CollectWords() {
  for (uint32_t id = 0; id < tokenizer_->vocabulary_size(); ++id) {
    if (tokenizer_->IsSpecial(id)) continue;
    const std::string text = tokenizer_->Decode(std::span(&id, 1));
    if (!IsPlain(text) || tokenizer_->Encode(text) != Ids{id}) continue;
    words_.push_back(id);
    (text.starts_with(' ') ? joiners_ : openers_).push_back(id);
  }
  may_open_with_space_ = openers_.empty();
  if (openers_.empty()) openers_ = words_;
  if (joiners_.empty()) joiners_ = words_;
}

absl::StatusOr<Item> RandomPrompts::At(int64_t position) const {
  SplitMix64 lengths = RandomAt(seed_, RandomPurpose::kInputLength, position);
  const int64_t tokens = DrawLength(input_tokens_, lengths);
  ASSIGN_OR_RETURN(
      Passage passage,
      Extend(prefix_.ids, tokens, RandomAt(text_seed_, RandomPurpose::kPromptText, position)));
  Item item{.kind = ItemKind::kPrompt, .content = std::move(passage.text)};
  if (output_tokens_.law != LengthLaw::kUnset) {
    SplitMix64 answers = RandomAt(seed_, RandomPurpose::kOutputLength, position);
    item.output_tokens = DrawLength(output_tokens_, answers);
  }
  return item;
}

absl::StatusOr<RandomPrompts::Passage> RandomPrompts::Extend(const Ids& base, int64_t count,
                                                             SplitMix64 random) const {
  for (int i = 0; i < kMaxTries; ++i) {
    std::optional<Passage> passage = TryExtend(base, static_cast<size_t>(count), random);
    if (passage.has_value()) return *std::move(passage);
  }
  return absl::InvalidArgumentError(
      StrCat("no random text of exactly ", count, " tokens in ", kMaxTries,
             " tries: with this tokenizer, texts read back as other tokens than they were made of; "
             "choose another input_tokens, or use a dataset with real prompts"));
}

std::optional<RandomPrompts::Passage> RandomPrompts::TryExtend(const Ids& base, size_t count,
                                                               SplitMix64& random) const {
  Ids ids = base;
  for (int round = 0; round < kMaxRounds; ++round) {
    // Some more than is missing, because neighbours merge.
    const size_t missing = count - ids.size();
    Draw(missing + missing / 8 + 4, random, ids);
    ids = tokenizer_->Encode(tokenizer_->Decode(ids));
    if (!BeginsWith(ids, base)) return std::nullopt;
    if (ids.size() < count) continue;
    ids.resize(count);
    Passage passage{.ids = {}, .text = tokenizer_->Decode(ids)};
    passage.ids = tokenizer_->Encode(passage.text);
    if (passage.ids.size() == count && IsWhole(passage, base)) return passage;
    // The cut went through a word whose halves read differently: go back behind it, further each
    // time, and draw the end anew.
    ids.resize(count - std::min(count - base.size(), size_t{1} << round));
  }
  return std::nullopt;
}

void RandomPrompts::Draw(size_t count, SplitMix64& random, Ids& ids) const {
  for (size_t i = 0; i < count; ++i) {
    // The first words stand where a text begins, or where it must not merge with what is there.
    const Ids& from = i > 0 ? words_ : ids.empty() ? openers_ : joiners_;
    ids.push_back(from[static_cast<size_t>(random.Below(from.size()))]);
  }
}

bool RandomPrompts::IsWhole(const Passage& passage, const Ids& base) const {
  const std::string& text = passage.text;
  return BeginsWith(passage.ids, base) && !text.ends_with(' ') &&
         (may_open_with_space_ || !text.starts_with(' ')) &&
         text.find(kReplacementCharacter) == std::string::npos &&
         std::none_of(passage.ids.begin(), passage.ids.end(),
                      [this](uint32_t id) { return tokenizer_->IsSpecial(id); });
}

}  // namespace monsoon
