#include "controller/io/dataset/file_dataset.h"

#include <string>
#include <string_view>
#include <utility>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "controller/core/dataset/dataset_index.h"
#include "controller/core/dataset/entry_parser.h"
#include "controller/core/dataset/entry_splitter.h"
#include "controller/core/dataset/file_layout.h"
#include "controller/core/dataset/text_error.h"
#include "controller/io/dataset/dataset_file.h"

namespace monsoon {
namespace {

constexpr size_t kReadBytes = 1 << 20;

class FileDataset : public Dataset {
 public:
  FileDataset(const DatasetSpec& spec, uint64_t seed, DatasetFile file)
      : spec_(spec), seed_(seed), file_(std::move(file)), parser_(EntryRules(spec)) {}

  int64_t size() const override {
    return static_cast<int64_t>(index_.places.size()) / spec_.batch_size;
  }
  const DatasetStats& stats() const override { return index_.stats; }
  absl::StatusOr<Item> Read(int64_t position) override;

  const DatasetSpec& spec() const { return spec_; }
  const DatasetFile& file() const { return file_; }
  void SetIndex(DatasetIndex index) { index_ = std::move(index); }
  absl::Status ReadEntry(const EntryPlace& place, ParsedEntry& entry);

 private:
  absl::StatusOr<Item> ReadBatch(int64_t position);
  int64_t OutputTokens(int64_t position) const;

  const DatasetSpec spec_;
  const uint64_t seed_;
  const DatasetFile file_;
  DatasetIndex index_;
  EntryParser parser_;
  std::string buffer_;
};

absl::Status FileDataset::ReadEntry(const EntryPlace& place, ParsedEntry& entry) {
  buffer_.resize(place.length);
  ASSIGN_OR_RETURN(const size_t got, file_.ReadAt(place.offset, buffer_.data(), buffer_.size()));
  // After the read, so that what was read is known to be of the same file.
  RETURN_IF_ERROR(file_.CheckUnchanged());
  const RawEntry raw{.offset = place.offset,
                     .text = std::string_view(buffer_).substr(0, got),
                     .at = {.line = place.line, .column = 1}};
  if (const absl::Status parsed = parser_.Parse(raw, entry); !parsed.ok()) {
    return absl::DataLossError(
        StrCat(spec_.path, ":", place.line,
               ": this entry was sound when the run began and is no longer; leave "
               "the dataset alone during a run and start again (",
               parsed.message(), ")"));
  }
  return absl::OkStatus();
}

absl::StatusOr<Item> FileDataset::Read(int64_t position) {
  if (spec_.batch_size > 1) return ReadBatch(position);
  ParsedEntry entry;
  RETURN_IF_ERROR(ReadEntry(index_.places[static_cast<size_t>(position)], entry));
  entry.item.output_tokens = OutputTokens(position);
  return std::move(entry.item);
}

int64_t FileDataset::OutputTokens(int64_t position) const {
  switch (spec_.output_tokens.law) {
    case LengthLaw::kUnset:
      return 0;
    case LengthLaw::kReference:
      return index_.output_tokens[static_cast<size_t>(position)];
    default: {
      SplitMix64 random = RandomAt(seed_, RandomPurpose::kOutputLength, position);
      return DrawLength(spec_.output_tokens, random);
    }
  }
}

// The texts of neighbouring entries in one request: the lists' brackets give way to commas.
absl::StatusOr<Item> FileDataset::ReadBatch(int64_t position) {
  Item item{.kind = ItemKind::kTexts};
  ParsedEntry entry;
  const int64_t first = position * spec_.batch_size;
  for (int64_t i = first; i < first + spec_.batch_size; ++i) {
    RETURN_IF_ERROR(ReadEntry(index_.places[static_cast<size_t>(i)], entry));
    entry.item.content.front() = i == first ? '[' : ',';
    entry.item.content.pop_back();
    item.content += entry.item.content;
  }
  item.content += ']';
  return item;
}

// Feeds the file to the indexer. Returns an error of reading; one of splitting goes to `split`.
absl::Status FeedFile(const DatasetSpec& spec, const DatasetFile& file, DatasetIndexer& indexer,
                      const DatasetProgressSink& progress, absl::Status& split) {
  std::unique_ptr<EntrySplitter> splitter;
  const auto sink = [&indexer](const RawEntry& entry) { return indexer.Add(entry); };
  std::string buffer(kReadBytes, '\0');
  for (int64_t offset = 0; indexer.wants_more();) {
    ASSIGN_OR_RETURN(const size_t got, file.ReadAt(offset, buffer.data(), buffer.size()));
    const std::string_view bytes = std::string_view(buffer).substr(0, got);
    if (splitter == nullptr) {
      if (const auto kind = FindWrongFileKind(bytes)) {
        return absl::InvalidArgumentError(StrCat("dataset ", spec.path, " ", *kind));
      }
      splitter = NewEntrySplitter(DetectLayout(spec.format, bytes));
    }
    split = got == 0 ? splitter->Finish(sink) : splitter->Feed(bytes, sink);
    if (got == 0 || !split.ok()) {
      break;
    }
    offset += static_cast<int64_t>(got);
    progress({"read", offset >> 20, file.size_bytes() >> 20, "MiB"});
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Dataset>> OpenFileDataset(const DatasetSpec& spec, uint64_t seed,
                                                         int64_t needed, const Tokenizer* tokenizer,
                                                         const DatasetProgressSink& progress) {
  ASSIGN_OR_RETURN(DatasetFile file, DatasetFile::Open(spec.path));
  auto dataset = std::make_unique<FileDataset>(spec, seed, std::move(file));
  DatasetIndexer indexer(dataset->spec(), needed * spec.batch_size, tokenizer);
  absl::Status split;
  RETURN_IF_ERROR(FeedFile(dataset->spec(), dataset->file(), indexer, progress, split));
  RETURN_IF_ERROR(dataset->file().CheckUnchanged());
  int64_t counted = 0;
  const auto read = [&](const EntryPlace& place, ParsedEntry& entry) {
    progress({"counted the tokens of", ++counted, 0, "prompts"});
    return dataset->ReadEntry(place, entry);
  };
  ASSIGN_OR_RETURN(DatasetIndex index, indexer.Finish(split, seed, read));
  dataset->SetIndex(std::move(index));
  return std::unique_ptr<Dataset>(std::move(dataset));
}

}  // namespace monsoon
