// The line that shows how far a download is. Pure: the time is handed in (monotonic ns).
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace monsoon {

// "6.5 MB", "498 MB", "1.2 GB", "512 bytes": powers of 1000, as hubs show them.
std::string SizeText(int64_t bytes);

// Bytes per second over the last ten seconds.
class RateMeter {
 public:
  // `bytes`: received so far; never falls.
  void Add(int64_t now_ns, int64_t bytes);
  // nullopt while less than half a second has been seen.
  std::optional<double> BytesPerS() const;

 private:
  struct Sample {
    int64_t at_ns;
    int64_t bytes;
  };
  std::deque<Sample> samples_;
};

// "open_qa.jsonl: 3.1 MB of 6.5 MB (47%), 1.2 MB/s, 3 s left"; what is not known is left out.
std::string ProgressText(std::string_view name, int64_t have, std::optional<int64_t> size,
                         std::optional<double> bytes_per_s);

}  // namespace monsoon
