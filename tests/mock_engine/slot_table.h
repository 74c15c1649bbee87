// Objects under 64-bit keys which are never used twice (until 2^31 reuses of one place): a stale
// key of a timer or of an epoll event finds nothing instead of a stranger. Keys have their top
// bit clear, so the caller can give keys with it set another meaning.
//
// Find() is two loads. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace monsoon::mock_engine {

template <typename T>
class SlotTable {
 public:
  // Makes a T from its own key and `arguments`.
  template <typename... Arguments>
  T& Emplace(Arguments&&... arguments) {
    if (free_.empty()) {
      free_.push_back(static_cast<uint32_t>(places_.size()));
      places_.emplace_back();
    }
    const uint32_t index = free_.back();
    free_.pop_back();
    Place& place = places_[index];
    const uint64_t key = (uint64_t{place.generation} << 32) | index;
    place.value = std::make_unique<T>(key, std::forward<Arguments>(arguments)...);
    return *place.value;
  }

  // Null for a key whose object is gone.
  T* Find(uint64_t key) {
    const auto index = static_cast<uint32_t>(key);
    if (index >= places_.size() || places_[index].generation != key >> 32) return nullptr;
    return places_[index].value.get();
  }

  void Erase(uint64_t key) {
    if (Find(key) == nullptr) return;
    const auto index = static_cast<uint32_t>(key);
    places_[index].value.reset();
    places_[index].generation = (places_[index].generation + 1) & 0x7FFFFFFF;
    free_.push_back(index);
  }

  // `visit` must not add or erase.
  template <typename Visit>
  void ForEach(Visit visit) {
    for (Place& place : places_) {
      if (place.value != nullptr) visit(*place.value);
    }
  }

 private:
  struct Place {
    std::unique_ptr<T> value;
    uint32_t generation = 0;
  };

  std::vector<Place> places_;
  std::vector<uint32_t> free_;
};

}  // namespace monsoon::mock_engine
