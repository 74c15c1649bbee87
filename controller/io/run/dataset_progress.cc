#include "controller/io/run/dataset_progress.h"

#include <unistd.h>

#include <iostream>
#include <utility>

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

constexpr int64_t kPatienceNs = 2 * kNsPerS;
constexpr int64_t kIntervalNs = kNsPerS / 5;
constexpr char kClearLine[] = "\r\x1b[K";

}  // namespace

DatasetProgressPrinter::DatasetProgressPrinter(const Clock& clock, std::string name, bool quiet)
    : clock_(clock),
      name_(std::move(name)),
      silent_(quiet || isatty(STDERR_FILENO) == 0),
      next_ns_(clock.MonotonicNs() + kPatienceNs) {}

DatasetProgressPrinter::~DatasetProgressPrinter() {
  if (shown_) std::cerr << kClearLine << std::flush;
}

void DatasetProgressPrinter::Show(const DatasetProgress& progress) {
  if (silent_ || clock_.MonotonicNs() < next_ns_) return;
  next_ns_ = clock_.MonotonicNs() + kIntervalNs;
  shown_ = true;
  std::cerr << kClearLine << ProgressText(name_, progress) << std::flush;
}

std::string ProgressText(const std::string& name, const DatasetProgress& progress) {
  return StrCat("dataset ", name, ": ", progress.doing, " ", progress.done,
                progress.total > 0 ? StrCat(" of ", progress.total) : "", " ", progress.unit);
}

}  // namespace monsoon
