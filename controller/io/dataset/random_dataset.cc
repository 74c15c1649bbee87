#include "controller/io/dataset/random_dataset.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>
#include <vector>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "controller/core/dataset/random_prompts.h"
#include "controller/io/dataset/spool_file.h"

namespace monsoon {
namespace {

constexpr int64_t kBlock = 64;  // prompts made before they are written
constexpr unsigned kMaxThreads = 32;

class RandomDataset : public Dataset {
 public:
  explicit RandomDataset(SpoolFile spool) : spool_(std::move(spool)) {}

  int64_t size() const override { return static_cast<int64_t>(places_.size()); }
  const DatasetStats& stats() const override { return stats_; }
  absl::StatusOr<Item> Read(int64_t position) override {
    const Place& place = places_[static_cast<size_t>(position)];
    Item item{.kind = ItemKind::kPrompt, .output_tokens = place.output_tokens};
    ASSIGN_OR_RETURN(item.content, spool_.ReadAt(place.offset, place.length));
    return item;
  }

  absl::Status Add(const Item& item) {
    ASSIGN_OR_RETURN(const int64_t offset, spool_.Append(item.content));
    places_.push_back({offset, static_cast<uint32_t>(item.content.size()),
                       static_cast<uint32_t>(item.output_tokens)});
    ++stats_.read;
    return absl::OkStatus();
  }

 private:
  struct Place {
    int64_t offset;
    uint32_t length;
    uint32_t output_tokens;
  };

  SpoolFile spool_;
  std::vector<Place> places_;
  DatasetStats stats_;
};

// The prompts at [first, first + count), on all cores.
std::vector<absl::StatusOr<Item>> MakeBlock(const RandomPrompts& prompts, int64_t first,
                                            int64_t count) {
  std::vector<absl::StatusOr<Item>> items(static_cast<size_t>(count));
  std::atomic<int64_t> next = 0;
  const auto work = [&] {
    for (int64_t i = next++; i < count; i = next++) {
      items[static_cast<size_t>(i)] = prompts.At(first + i);
    }
  };
  std::vector<std::thread> threads;
  const int64_t cores = std::clamp(std::thread::hardware_concurrency(), 1u, kMaxThreads);
  for (int64_t i = 1; i < std::min(cores, count); ++i) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
  return items;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Dataset>> OpenRandomDataset(const DatasetSpec& spec, uint64_t seed,
                                                           int64_t needed,
                                                           const Tokenizer& tokenizer,
                                                           const DatasetProgressSink& progress) {
  ASSIGN_OR_RETURN(const RandomPrompts prompts, RandomPrompts::Make(spec, seed, tokenizer));
  ASSIGN_OR_RETURN(SpoolFile spool, SpoolFile::Create());
  auto dataset = std::make_unique<RandomDataset>(std::move(spool));
  const int64_t total = spec.prompts > 0 ? std::min(spec.prompts, needed) : needed;
  for (int64_t first = 0; first < total; first += kBlock) {
    for (const absl::StatusOr<Item>& item :
         MakeBlock(prompts, first, std::min(kBlock, total - first))) {
      if (!item.ok()) {
        return absl::Status(item.status().code(),
                            StrCat("dataset ", spec.name, ": ", ToStd(item.status().message())));
      }
      RETURN_IF_ERROR(dataset->Add(*item));
    }
    progress({"made", dataset->size(), total, "random prompts"});
  }
  return std::unique_ptr<Dataset>(std::move(dataset));
}

}  // namespace monsoon
