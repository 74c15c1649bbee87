#include "controller/core/dataset/dataset_index.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_join.h"

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "controller/core/dataset/permutation.h"

namespace monsoon {
namespace {

constexpr size_t kMaxBadShown = 5;

}  // namespace

DatasetIndexer::DatasetIndexer(const DatasetSpec& spec, int64_t needed, const Tokenizer* tokenizer)
    : spec_(spec),
      needed_(needed),
      tokens_after_shuffle_(spec.needs_tokenizer() && spec.order == DatasetOrder::kShuffle),
      parser_(EntryRules(spec)),
      tokens_(spec, tokenizer) {}

bool DatasetIndexer::Add(const RawEntry& raw) {
  ++index_.stats.read;
  if (const absl::Status parsed = parser_.Parse(raw, entry_); !parsed.ok()) {
    NoteBad(parsed);
    return wants_more_;
  }
  if (!IsUsable(entry_, !tokens_after_shuffle_)) return wants_more_;
  Keep({.offset = raw.offset,
        .length = static_cast<uint32_t>(raw.text.size()),
        .line = static_cast<uint32_t>(
            std::min<int64_t>(raw.at.line, std::numeric_limits<uint32_t>::max()))},
       raw.at.column, entry_);
  if (spec_.order == DatasetOrder::kSequential &&
      static_cast<int64_t>(index_.places.size()) >= needed_) {
    wants_more_ = false;
  }
  return wants_more_;
}

bool DatasetIndexer::IsUsable(ParsedEntry& entry, bool count_tokens) {
  if (!entry.lacking.empty()) {
    ++index_.stats.filtered;
    ++index_.stats.lacking;
    return false;
  }
  NoteLength(entry.characters);
  if (entry.characters < spec_.min_prompt_length || entry.characters > spec_.max_prompt_length) {
    ++index_.stats.filtered;
    return false;
  }
  return !count_tokens || HasTokens(entry);
}

bool DatasetIndexer::HasTokens(ParsedEntry& entry) {
  if (tokens_.Admit(entry)) return true;
  ++index_.stats.filtered;
  ++index_.stats.filtered_by_tokens;
  return false;
}

void DatasetIndexer::Keep(const EntryPlace& place, int64_t column, const ParsedEntry& entry) {
  index_.places.push_back(place);
  std::vector<SeenShape>& shapes = index_.stats.shapes;
  // While a shuffle's tokens are not counted yet, nobody knows whether this one will be used.
  const bool certain = !tokens_after_shuffle_ || column == 0;
  if (certain && std::none_of(shapes.begin(), shapes.end(), [&entry](const SeenShape& seen) {
        return seen.shape == entry.shape;
      })) {
    shapes.push_back({entry.shape, StrCat(spec_.path, ":", place.line,
                                          column > 0 ? StrCat(":", column) : std::string())});
  }
  if (spec_.output_tokens.reference() && entry.item.output_tokens > 0) {
    index_.output_tokens.push_back(static_cast<uint32_t>(entry.item.output_tokens));
  }
}

absl::Status DatasetIndexer::SelectByTokens(EntryReader read) {
  const std::vector<EntryPlace> candidates = std::move(index_.places);
  index_.places.clear();
  for (const EntryPlace& place : candidates) {
    if (static_cast<int64_t>(index_.places.size()) >= needed_) break;
    RETURN_IF_ERROR(read(place, entry_));
    if (HasTokens(entry_)) Keep(place, 0, entry_);
  }
  return absl::OkStatus();
}

void DatasetIndexer::NoteBad(const absl::Status& error) {
  std::string text = StrCat(spec_.path, ":", error.message());
  if (spec_.on_bad_line == OnBadLine::kSkip) {
    if (index_.stats.skipped_bad++ == 0) {
      index_.stats.first_bad = std::move(text);
    }
    return;
  }
  bad_.push_back(std::move(text));
  wants_more_ = bad_.size() < kMaxBadShown;
}

void DatasetIndexer::NoteLength(int64_t characters) {
  shortest_ = measured_ == 0 ? characters : std::min(shortest_, characters);
  longest_ = std::max(longest_, characters);
  ++measured_;
}

absl::StatusOr<DatasetIndex> DatasetIndexer::Finish(const absl::Status& split, uint64_t seed,
                                                    EntryReader read) {
  if (!split.ok() || !bad_.empty()) {
    return BadLines(split);
  }
  if (spec_.order == DatasetOrder::kShuffle) {
    SeededShuffle(index_.places, seed);
  }
  if (tokens_after_shuffle_) RETURN_IF_ERROR(SelectByTokens(read));
  const size_t batch = static_cast<size_t>(spec_.batch_size);
  if (index_.places.size() < batch) return NothingUsable();
  index_.places.resize(index_.places.size() / batch * batch);
  return std::move(index_);
}

absl::Status DatasetIndexer::BadLines(const absl::Status& split) const {
  std::vector<std::string> lines = bad_;
  if (!split.ok()) {
    lines.push_back(StrCat(spec_.path, ":", split.message()));
  }
  std::string_view advice;
  if (!bad_.empty()) {
    advice = bad_.size() == 1 && split.ok()
                 ? "\nFix this line, or set `on_bad_line: skip` to leave it out and count it."
                 : "\nFix these lines, or set `on_bad_line: skip` to leave bad ones out and count "
                   "them.";
  }
  const std::string_view more =
      bad_.size() == kMaxBadShown ? "\n(there may be more: reading stopped here)" : "";
  return absl::InvalidArgumentError(StrCat(absl::StrJoin(lines, "\n"), more, advice));
}

absl::Status DatasetIndexer::NothingUsable() const {
  const DatasetStats& stats = index_.stats;
  if (stats.read == 0) {
    return absl::InvalidArgumentError(StrCat(spec_.path, " holds no entry; is it the right file?"));
  }
  const int64_t by_length = stats.filtered - stats.lacking;
  std::string text = StrCat(spec_.path, " has ");
  text += index_.places.empty() ? "no usable prompt"
                                : StrCat("only ", index_.places.size(),
                                         " usable texts, fewer than batch_size ", spec_.batch_size);
  text += StrCat(": of ", stats.read, " entries read, ", by_length, " were filtered by length and ",
                 stats.skipped_bad, " were bad and skipped");
  if (stats.lacking > 0) {
    text += StrCat("; ", stats.lacking, " had nothing to send, or no reference answer to measure");
  }
  if (stats.filtered_by_tokens > 0) {
    text += StrCat("; ", tokens_.LimitsSentence());
  } else if (by_length > 0) {
    text += StrCat("; the prompts have ", shortest_, " to ", longest_,
                   " characters, min_prompt_length is ", spec_.min_prompt_length,
                   " and max_prompt_length ", LimitText(spec_.max_prompt_length),
                   ": widen these limits");
  }
  if (stats.skipped_bad > 0) {
    text += StrCat("; the first bad one: ", stats.first_bad);
  }
  return absl::InvalidArgumentError(text);
}

}  // namespace monsoon
