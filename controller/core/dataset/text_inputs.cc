#include "controller/core/dataset/text_inputs.h"

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include <nlohmann/json.hpp>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "controller/core/dataset/chat_shape.h"

namespace monsoon {
namespace {

namespace dom = simdjson::dom;
using Texts = std::vector<std::string_view>;

constexpr std::string_view kExpectedText =
    R"(a text to embed, an object with "text", "input", "sentence" or "content")";
constexpr std::string_view kExpectedRerank =
    R"(an object with a string "query" and a list "documents")";

absl::Status Mismatch(std::string_view expected, std::string_view found) {
  return absl::InvalidArgumentError(StrCat("expected ", expected, ", found ", found));
}

bool HasText(std::string_view text) { return !absl::StripAsciiWhitespace(ToAbsl(text)).empty(); }

// The strings of a list; `what` is one of them, for a message.
absl::StatusOr<Texts> ReadList(dom::array list, std::string_view what) {
  Texts texts;
  for (const dom::element element : list) {
    std::string_view text;
    if (element.get_string().get(text) != simdjson::SUCCESS &&
        element["text"].get_string().get(text) != simdjson::SUCCESS) {
      return Mismatch(StrCat("each ", what, " to be a string"),
                      StrCat(DescribeJson(element), " as number ", texts.size() + 1));
    }
    if (!HasText(text)) {
      return Mismatch(StrCat("each ", what, " to have text"),
                      StrCat("none in number ", texts.size() + 1));
    }
    texts.push_back(text);
  }
  if (texts.empty()) return Mismatch(StrCat("at least one ", what), "an empty list");
  return texts;
}

void SetTexts(const Texts& texts, ParsedEntry& entry) {
  entry.item.kind = ItemKind::kTexts;
  entry.item.content = nlohmann::json(texts).dump();
  for (const std::string_view text : texts) entry.characters += CountCharacters(text);
}

absl::Status SetBatch(const EntryRules& rules, dom::array list, ParsedEntry& entry) {
  ASSIGN_OR_RETURN(const Texts texts, ReadList(list, "text"));
  if (rules.batch_size > 1) {
    return Mismatch(StrCat("one text in each entry, because batch_size is ", rules.batch_size),
                    StrCat("a list of ", texts.size()));
  }
  SetTexts(texts, entry);
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadEmbedding(const EntryRules& rules, dom::element value, ParsedEntry& entry) {
  dom::element found = value;
  if (value.is_object()) {
    bool named = false;
    for (const std::string_view name : {"text", "input", "sentence", "content"}) {
      named = named || value[name].get(found) == simdjson::SUCCESS;
    }
    if (!named) return Mismatch(kExpectedText, DescribeJson(value));
  }
  std::string_view text;
  if (found.get_string().get(text) == simdjson::SUCCESS) return ReadEmbeddingText(text, entry);
  dom::array list;
  if (found.get_array().get(list) == simdjson::SUCCESS) return SetBatch(rules, list, entry);
  return Mismatch(kExpectedText, DescribeJson(found));
}

absl::Status ReadEmbeddingText(std::string_view text, ParsedEntry& entry) {
  if (!HasText(text)) return Mismatch("a text to embed", "none");
  SetTexts({text}, entry);
  return absl::OkStatus();
}

absl::Status ReadRerank(dom::element value, ParsedEntry& entry) {
  std::string_view query;
  if (value["query"].get_string().get(query) != simdjson::SUCCESS) {
    return Mismatch(kExpectedRerank, DescribeJson(value));
  }
  dom::array list;
  bool found = false;
  for (const std::string_view name : {"documents", "passages", "texts"}) {
    found = found || value[name].get_array().get(list) == simdjson::SUCCESS;
  }
  if (!found) return Mismatch(kExpectedRerank, DescribeJson(value));
  ASSIGN_OR_RETURN(const Texts documents, ReadList(list, "document"));
  if (!HasText(query)) return Mismatch("text in \"query\"", "none");
  entry.item.kind = ItemKind::kRerank;
  nlohmann::ordered_json request;
  request["query"] = query;
  request["documents"] = documents;
  entry.item.content = request.dump();
  entry.characters = CountCharacters(query);
  for (const std::string_view document : documents) entry.characters += CountCharacters(document);
  return absl::OkStatus();
}

}  // namespace monsoon
