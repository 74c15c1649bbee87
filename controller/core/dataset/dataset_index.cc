#include "controller/core/dataset/dataset_index.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_join.h"

#include "common/base/str_cat.h"
#include "controller/core/dataset/permutation.h"

namespace monsoon {
namespace {

constexpr size_t kMaxBadShown = 5;

std::string LimitText(int64_t limit) {
  return limit == std::numeric_limits<int64_t>::max() ? "no limit" : StrCat(limit);
}

}  // namespace

DatasetIndexer::DatasetIndexer(const DatasetSpec& spec, int64_t needed)
    : spec_(spec), needed_(needed), parser_(spec.format) {}

bool DatasetIndexer::Add(const RawEntry& raw) {
  ++index_.stats.read;
  if (const absl::Status parsed = parser_.Parse(raw, entry_); !parsed.ok()) {
    NoteBad(parsed);
    return wants_more_;
  }
  NoteLength(entry_.characters);
  if (entry_.characters < spec_.min_prompt_length || entry_.characters > spec_.max_prompt_length) {
    ++index_.stats.filtered;
    return wants_more_;
  }
  index_.places.push_back({.offset = raw.offset,
                           .length = static_cast<uint32_t>(raw.text.size()),
                           .line = static_cast<uint32_t>(std::min<int64_t>(
                               raw.at.line, std::numeric_limits<uint32_t>::max()))});
  if (spec_.order == DatasetOrder::kSequential &&
      static_cast<int64_t>(index_.places.size()) >= needed_) {
    wants_more_ = false;
  }
  return wants_more_;
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
  const bool first =
      index_.stats.read - index_.stats.skipped_bad - static_cast<int64_t>(bad_.size()) == 1;
  shortest_ = first ? characters : std::min(shortest_, characters);
  longest_ = first ? characters : std::max(longest_, characters);
}

absl::StatusOr<DatasetIndex> DatasetIndexer::Finish(const absl::Status& split, uint64_t seed) {
  if (!split.ok() || !bad_.empty()) {
    return BadLines(split);
  }
  if (index_.places.empty()) {
    return NothingUsable();
  }
  if (spec_.order == DatasetOrder::kShuffle) {
    SeededShuffle(index_.places, seed);
  }
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
  std::string text = StrCat(spec_.path, " has no usable prompt: of ", stats.read, " entries read, ",
                            stats.filtered, " were filtered by length and ", stats.skipped_bad,
                            " were bad and skipped");
  if (stats.filtered > 0) {
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
