// RepeatTracker: the share of a case's measured requests whose prompt had been sent to the same
// engine earlier in the run. An engine with a prefix cache answers those faster than real traffic,
// so the report states the share (design section 7).
//
// One tracker serves all cases of a run, in their order, from one thread; it keeps one 16-byte id
// per distinct prompt and engine. Engines are the same when name and url are. Requests of one case
// are noted in plan order, those of the warm-up included: they warm the cache too.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"

#include "common/model/item.h"

namespace monsoon {

class RepeatTracker {
 public:
  // With `cache_bust` no prompt of the case begins like any other of the run
  // (common/model/cache_bust.h): its share is 0, and its prompts count as unsent for later cases.
  void BeginCase(std::string_view engine_name, std::string_view engine_url, bool cache_bust);
  // The case's next request. REQUIRES: BeginCase() was called.
  void Note(const ItemId& id, bool warmup);

  // Of the case so far, 0..1; 0 when no measured request was noted.
  double RepeatedShare() const;

 private:
  using Engine = std::pair<std::string, std::string>;  // name, url

  absl::flat_hash_map<Engine, absl::flat_hash_set<ItemId>> sent_;
  Engine engine_;
  bool cache_bust_ = false;
  int64_t measured_ = 0;
  int64_t repeated_ = 0;
};

}  // namespace monsoon
