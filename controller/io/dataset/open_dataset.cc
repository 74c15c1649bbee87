#include "controller/io/dataset/open_dataset.h"

#include <string>
#include <string_view>
#include <utility>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "controller/core/dataset/dataset_index.h"
#include "controller/core/dataset/entry_parser.h"
#include "controller/core/dataset/entry_splitter.h"
#include "controller/core/dataset/text_error.h"
#include "controller/io/dataset/dataset_file.h"

namespace monsoon {
namespace {

constexpr size_t kReadBytes = 1 << 20;

class FileDataset : public Dataset {
 public:
  FileDataset(std::string path, DatasetFormat format, DatasetFile file, DatasetIndex index)
      : path_(std::move(path)), file_(std::move(file)), index_(std::move(index)), parser_(format) {}

  int64_t size() const override { return static_cast<int64_t>(index_.places.size()); }
  const DatasetStats& stats() const override { return index_.stats; }
  absl::StatusOr<Item> Read(int64_t position) override;

 private:
  const std::string path_;
  const DatasetFile file_;
  const DatasetIndex index_;
  EntryParser parser_;
  std::string buffer_;
};

absl::StatusOr<Item> FileDataset::Read(int64_t position) {
  const EntryPlace& place = index_.places[static_cast<size_t>(position)];
  buffer_.resize(place.length);
  ASSIGN_OR_RETURN(const size_t got, file_.ReadAt(place.offset, buffer_.data(), buffer_.size()));
  // After the read, so that what was read is known to be of the same file.
  RETURN_IF_ERROR(file_.CheckUnchanged());
  ParsedEntry entry;
  const RawEntry raw{.offset = place.offset,
                     .text = std::string_view(buffer_).substr(0, got),
                     .at = {.line = place.line, .column = 1}};
  if (const absl::Status parsed = parser_.Parse(raw, entry); !parsed.ok()) {
    return absl::DataLossError(
        StrCat(path_, ":", place.line,
               ": this entry was sound when the run began and is no longer; leave "
               "the dataset alone during a run and start again (",
               parsed.message(), ")"));
  }
  return std::move(entry.item);
}

// Feeds the file to the indexer. Returns an error of reading; one of splitting goes to `split`.
absl::Status FeedFile(const DatasetSpec& spec, const DatasetFile& file, DatasetIndexer& indexer,
                      absl::Status& split) {
  const std::unique_ptr<EntrySplitter> splitter = NewEntrySplitter(spec.format);
  const auto sink = [&indexer](const RawEntry& entry) { return indexer.Add(entry); };
  std::string buffer(kReadBytes, '\0');
  for (int64_t offset = 0; indexer.wants_more();) {
    ASSIGN_OR_RETURN(const size_t got, file.ReadAt(offset, buffer.data(), buffer.size()));
    const std::string_view bytes = std::string_view(buffer).substr(0, got);
    if (offset == 0) {
      if (const auto kind = FindWrongFileKind(bytes)) {
        return absl::InvalidArgumentError(StrCat("dataset ", spec.path, " ", *kind));
      }
    }
    split = got == 0 ? splitter->Finish(sink) : splitter->Feed(bytes, sink);
    if (got == 0 || !split.ok()) {
      break;
    }
    offset += static_cast<int64_t>(got);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Dataset>> OpenDataset(const DatasetSpec& spec, uint64_t seed,
                                                     int64_t needed) {
  if (needed < 1) {
    return absl::InvalidArgumentError(
        StrCat("dataset ", spec.path, ": ", needed, " prompts asked for; ask for at least 1"));
  }
  ASSIGN_OR_RETURN(DatasetFile file, DatasetFile::Open(spec.path));
  DatasetIndexer indexer(spec, needed);
  absl::Status split;
  RETURN_IF_ERROR(FeedFile(spec, file, indexer, split));
  RETURN_IF_ERROR(file.CheckUnchanged());
  ASSIGN_OR_RETURN(DatasetIndex index, indexer.Finish(split, seed));
  return std::make_unique<FileDataset>(spec.path, spec.format, std::move(file), std::move(index));
}

}  // namespace monsoon
