// DatasetProgressPrinter: tells on a terminal how far the opening of a dataset is, once that takes
// longer than people wait without wondering. Says nothing where stderr is no terminal. One thread.
#pragma once

#include <string>

#include "common/time/clock.h"
#include "controller/io/dataset/open_dataset.h"

namespace monsoon {

class DatasetProgressPrinter {
 public:
  // `clock` outlives the printer.
  DatasetProgressPrinter(const Clock& clock, std::string name, bool quiet);
  // Leaves an empty line where it wrote.
  ~DatasetProgressPrinter();
  DatasetProgressPrinter(const DatasetProgressPrinter&) = delete;
  DatasetProgressPrinter& operator=(const DatasetProgressPrinter&) = delete;

  void Show(const DatasetProgress& progress);

 private:
  const Clock& clock_;
  const std::string name_;
  const bool silent_;
  int64_t next_ns_;
  bool shown_ = false;
};

// "dataset NAME: made 640 of 1000 random prompts".
std::string ProgressText(const std::string& name, const DatasetProgress& progress);

}  // namespace monsoon
