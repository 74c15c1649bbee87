#include "controller/core/dataset/conversation.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include <nlohmann/json.hpp>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "controller/core/dataset/chat_shape.h"

namespace monsoon {
namespace {

namespace dom = simdjson::dom;

struct Turn {
  std::string_view role;  // as a chat message has it
  std::string_view text;
};

constexpr std::string_view kUser = "user";
constexpr std::string_view kAssistant = "assistant";

// What the dumps call who speaks.
constexpr std::array<std::pair<std::string_view, std::string_view>, 15> kRoles = {
    {{"human", kUser},
     {"user", kUser},
     {"gpt", kAssistant},
     {"assistant", kAssistant},
     {"chatgpt", kAssistant},
     {"bing", kAssistant},
     {"bard", kAssistant},
     {"model", kAssistant},
     {"function_call", kAssistant},
     {"system", "system"},
     {"developer", "developer"},
     {"tool", "tool"},
     {"function", "tool"},
     {"function_response", "tool"},
     {"observation", "tool"}}};

constexpr std::string_view kExpectedTurn =
    R"({"from", "value"}, {"role", "content"} or {"human", "assistant"})";

absl::Status Mismatch(std::string_view expected, std::string_view found) {
  return absl::InvalidArgumentError(StrCat("expected ", expected, ", found ", found));
}

bool HasText(std::string_view text) { return !absl::StripAsciiWhitespace(ToAbsl(text)).empty(); }

absl::StatusOr<std::string_view> TurnText(dom::element turn, std::string_view name,
                                          int64_t number) {
  dom::element value;
  std::string_view text;
  if (turn[name].get(value) != simdjson::SUCCESS || value.is_null()) return text;
  if (value.get_string().get(text) == simdjson::SUCCESS) return text;
  return Mismatch(StrCat("\"", name, "\" of turn ", number, " to be a string"),
                  DescribeJson(value));
}

absl::StatusOr<std::string_view> TurnRole(dom::element speaker, std::string_view name,
                                          int64_t number) {
  std::string_view word;
  const bool is_text = speaker.get_string().get(word) == simdjson::SUCCESS;
  for (const auto& [from, role] : kRoles) {
    if (is_text && from == word) return role;
  }
  return Mismatch(StrCat("\"", name, "\" of turn ", number, " to be human, gpt or system"),
                  is_text ? StrCat("\"", word, "\"") : DescribeJson(speaker));
}

absl::Status AddTurn(dom::element turn, int64_t number, std::vector<Turn>& turns) {
  dom::element speaker;
  for (const auto& [who, what] :
       {std::pair<std::string_view, std::string_view>{"from", "value"}, {"role", "content"}}) {
    if (turn[who].get(speaker) != simdjson::SUCCESS) continue;
    ASSIGN_OR_RETURN(const std::string_view role, TurnRole(speaker, who, number));
    ASSIGN_OR_RETURN(const std::string_view text, TurnText(turn, what, number));
    turns.push_back({role, text});
    return absl::OkStatus();
  }
  bool found = false;
  for (const auto& [who, role] :
       {std::pair<std::string_view, std::string_view>{"human", kUser}, {kAssistant, kAssistant}}) {
    if (turn[who].get(speaker) != simdjson::SUCCESS) continue;
    found = true;
    ASSIGN_OR_RETURN(const std::string_view text, TurnText(turn, who, number));
    turns.push_back({role, text});
  }
  if (found) return absl::OkStatus();
  return Mismatch(StrCat("turn ", number, " to be ", kExpectedTurn), DescribeJson(turn));
}

absl::StatusOr<std::vector<Turn>> ReadTurns(dom::element value) {
  dom::element found;
  for (const std::string_view name : {"conversations", "conversation", "items", "messages"}) {
    if (value[name].get(found) != simdjson::SUCCESS) continue;
    dom::array list;
    if (found.get_array().get(list) != simdjson::SUCCESS) {
      return Mismatch(StrCat("\"", name, "\" to be a list of turns"), DescribeJson(found));
    }
    std::vector<Turn> turns;
    int64_t number = 0;
    for (const dom::element turn : list) RETURN_IF_ERROR(AddTurn(turn, ++number, turns));
    return turns;
  }
  return Mismatch(
      "a conversation, an object with a list \"conversations\", \"conversation\", \"items\" or "
      "\"messages\"",
      DescribeJson(value));
}

void SetReference(const EntryRules& rules, std::optional<std::string_view> answer,
                  ParsedEntry& entry) {
  if (!rules.want_reference) return;
  if (answer.has_value() && HasText(*answer)) {
    entry.reference.assign(*answer);
  } else {
    entry.lacking = "no reference answer";
  }
}

void UseFirstTurn(const EntryRules& rules, const std::vector<Turn>& turns, ParsedEntry& entry) {
  const auto prompt = std::find_if(turns.begin(), turns.end(), [](const Turn& turn) {
    return turn.role == kUser && HasText(turn.text);
  });
  if (prompt == turns.end()) {
    entry.lacking = "no human turn with text";
    return;
  }
  entry.item.kind = ItemKind::kPrompt;
  entry.item.content.assign(prompt->text);
  entry.characters = CountCharacters(prompt->text);
  const auto next = prompt + 1;
  const bool answered = next != turns.end() && next->role == kAssistant;
  SetReference(rules, answered ? std::optional(next->text) : std::nullopt, entry);
}

void UseAllTurns(const EntryRules& rules, std::vector<Turn> turns, ParsedEntry& entry) {
  const auto is_answer = [](const Turn& turn) { return turn.role == kAssistant; };
  const auto last = std::find_if(turns.rbegin(), turns.rend(), is_answer);
  std::optional<std::string_view> answer;
  if (last != turns.rend()) {
    answer = last->text;
    turns.erase(std::prev(last.base()), turns.end());
    while (!turns.empty() && is_answer(turns.back())) turns.pop_back();
  }
  if (std::none_of(turns.begin(), turns.end(),
                   [](const Turn& turn) { return turn.role == kUser && HasText(turn.text); })) {
    entry.lacking = "no human turn with text";
    return;
  }
  nlohmann::ordered_json messages = nlohmann::ordered_json::array();
  for (const Turn& turn : turns) {
    messages.push_back({{"role", turn.role}, {"content", turn.text}});
    entry.characters += CountCharacters(turn.text);
  }
  entry.item.kind = ItemKind::kMessages;
  entry.item.content = messages.dump();
  const size_t before = turns.front().role == "system" ? 1 : 0;
  entry.shape.several_turns = turns.size() != before + 1 || turns.back().role != kUser;
  SetReference(rules, answer, entry);
}

bool IsAnswer(dom::element message) {
  std::string_view role;
  return message["role"].get_string().get(role) == simdjson::SUCCESS && role == kAssistant;
}

}  // namespace

absl::Status ReadShareGpt(const EntryRules& rules, dom::element value, ParsedEntry& entry) {
  ASSIGN_OR_RETURN(std::vector<Turn> turns, ReadTurns(value));
  if (rules.turns == ConversationTurns::kFirst) {
    UseFirstTurn(rules, turns, entry);
  } else {
    UseAllTurns(rules, std::move(turns), entry);
  }
  return absl::OkStatus();
}

absl::Status ReadMessages(const EntryRules& rules, dom::element value, ParsedEntry& entry) {
  dom::element list = value;
  if (value.is_object() && value["messages"].get(list) != simdjson::SUCCESS) {
    return Mismatch("chat messages, an object with a list \"messages\" or such a list",
                    DescribeJson(value));
  }
  RETURN_IF_ERROR(MeasureMessages(list).status());
  const dom::array messages = list.get_array().value_unsafe();
  int64_t sent = 0;  // up to the last message that is not the assistant's
  int64_t number = 0;
  for (const dom::element message : messages) {
    ++number;
    if (!IsAnswer(message)) sent = number;
  }
  if (sent == 0) {
    entry.lacking = "no message but the assistant's";
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const PromptMeasure measure, MeasureMessages(list, sent));
  if (measure.empty) return Mismatch("messages with text", "none");
  entry.item.kind = ItemKind::kMessages;
  entry.item.content = "[";
  std::optional<std::string_view> answer;
  number = 0;
  for (const dom::element message : messages) {
    if (number++ == sent) {
      std::string_view text;
      if (message["content"].get_string().get(text) == simdjson::SUCCESS) answer = text;
      break;
    }
    entry.item.content += StrCat(number > 1 ? "," : "", simdjson::minify(message));
  }
  entry.item.content += "]";
  entry.characters = measure.characters;
  entry.shape = measure.shape;
  SetReference(rules, answer, entry);
  return absl::OkStatus();
}

}  // namespace monsoon
