// EntryParser: turns one raw entry of a dataset file into the item that is sent, by the rules of
// its format. Pure; one parser keeps its buffers from entry to entry and serves one thread.
//
//   openqa        an object with a string "question": that is the prompt. Other fields are ignored.
//   longalpaca    an object with a string "instruction": the prompt; a non-empty string "input"
//   follows
//                 it after a blank line. Other fields are ignored.
//   line_by_line  a line that begins with '[': chat messages; with '{': a whole request body (see
//                 chat_shape.h); any other line is the prompt itself, word for word. A line that
//                 begins with '[' or '{' but is no such JSON is bad, never sent as text by mistake.
//
// Text must be UTF-8 without raw NUL bytes (an escaped one, \u0000, is fine); a prompt without text
// is bad.
#pragma once

#include <cstdint>
#include <memory>

#include "absl/status/status.h"

#include "common/model/item.h"
#include "controller/core/dataset/entry_splitter.h"
#include "controller/core/scenario/scenario.h"

namespace simdjson::dom {
class parser;
}  // namespace simdjson::dom

namespace monsoon {

struct ParsedEntry {
  Item item;
  int64_t characters =
      0;  // code points of the prompt; of all string contents for messages and bodies
};

class EntryParser {
 public:
  explicit EntryParser(DatasetFormat format);
  ~EntryParser();
  EntryParser(EntryParser&&) noexcept;

  // Fills `entry`, or returns INVALID_ARGUMENT "LINE:COLUMN: expected ..., found ..." and leaves it
  // unspecified. Reusing one `entry` saves its allocation.
  absl::Status Parse(const RawEntry& raw, ParsedEntry& entry);

 private:
  absl::Status ParseField(const RawEntry& raw, ParsedEntry& entry);
  absl::Status ParseFreeLine(const RawEntry& raw, ParsedEntry& entry);

  DatasetFormat format_;
  std::unique_ptr<simdjson::dom::parser> json_;
};

}  // namespace monsoon
