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
//   sharegpt, messages: conversation.h. embedding, rerank: text_inputs.h; a line of embedding that
//                 is no JSON (does not begin with '[', '{' or '"') is the text itself.
//
// Text must be UTF-8 without raw NUL bytes (an escaped one, \u0000, is fine); a prompt without text
// is bad.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"

#include "common/model/item.h"
#include "controller/core/dataset/entry_splitter.h"
#include "controller/core/dataset/item_shape.h"
#include "controller/core/scenario/scenario.h"

namespace simdjson::dom {
class element;
class parser;
}  // namespace simdjson::dom

namespace monsoon {

struct ParsedEntry {
  Item item;
  // Code points of the prompt; of all string contents for messages and bodies.
  int64_t characters = 0;
  // The answer that came with the prompt; set only where the rules want one.
  std::string reference;
  // Why a sound entry cannot be used ("no reference answer"): a conversation need not have what is
  // to be sent. "": it can. The other fields then say nothing.
  std::string_view lacking;
  ItemShape shape;
};

// What a format's rules depend on besides the format.
struct EntryRules {
  EntryRules(DatasetFormat of_format) : format(of_format) {}  // NOLINT: a format is its rules
  explicit EntryRules(const DatasetSpec& spec)
      : format(spec.format),
        turns(spec.turns),
        want_reference(spec.output_tokens.reference()),
        batch_size(spec.batch_size) {}

  DatasetFormat format;
  ConversationTurns turns = ConversationTurns::kFirst;
  bool want_reference = false;
  int64_t batch_size = 1;
};

class EntryParser {
 public:
  explicit EntryParser(const EntryRules& rules);
  ~EntryParser();
  EntryParser(EntryParser&&) noexcept;

  // Fills `entry`, or returns INVALID_ARGUMENT "LINE:COLUMN: expected ..., found ..." and leaves it
  // unspecified. Reusing one `entry` saves its allocation.
  absl::Status Parse(const RawEntry& raw, ParsedEntry& entry);

 private:
  absl::Status ParseFormat(const RawEntry& raw, ParsedEntry& entry);
  absl::Status ParseField(const RawEntry& raw, ParsedEntry& entry);
  absl::Status ParseFreeLine(const RawEntry& raw, ParsedEntry& entry);
  absl::Status ParseEmbedding(const RawEntry& raw, ParsedEntry& entry);
  // Of the formats that are a JSON value and say themselves what it must look like.
  absl::Status ParseDocument(const RawEntry& raw, std::string_view expected, ParsedEntry& entry);
  absl::Status ReadDocument(simdjson::dom::element value, ParsedEntry& entry) const;

  const EntryRules rules_;
  std::unique_ptr<simdjson::dom::parser> json_;
};

}  // namespace monsoon
