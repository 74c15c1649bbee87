#include "common/prompt/prompt_template.h"

#include <utility>
#include <vector>

#include "absl/strings/ascii.h"

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "common/prompt/chat_turns.h"

namespace monsoon {
namespace {

constexpr std::string_view kPrompt = "{prompt}";
constexpr std::string_view kSystem = "{system}";
constexpr std::string_view kPlain = "{system}\n\n{prompt}";

std::string ChatMl(const std::vector<ChatTurn>& turns) {
  std::string out;
  for (const ChatTurn& turn : turns) {
    out += StrCat("<|im_start|>", turn.role, "\n", turn.text, "<|im_end|>\n");
  }
  return out + "<|im_start|>assistant\n";
}

// Llama 3's own template strips each text.
std::string Llama3(const std::vector<ChatTurn>& turns) {
  constexpr std::string_view kBegin = "<|start_header_id|>";
  constexpr std::string_view kEnd = "<|end_header_id|>\n\n";
  std::string out;
  for (const ChatTurn& turn : turns) {
    out += StrCat(kBegin, turn.role, kEnd, ToStd(absl::StripAsciiWhitespace(ToAbsl(turn.text))),
                  "<|eot_id|>");
  }
  return StrCat(out, kBegin, "assistant", kEnd);
}

struct OneTurn {
  std::string_view system;
  std::string_view prompt;
};

// The one turn of the user, and the system's if there is one.
absl::StatusOr<OneTurn> SingleTurn(const std::vector<ChatTurn>& turns) {
  OneTurn one;
  const bool has_system = turns.size() == 2 && turns.front().role == "system";
  if (turns.size() > (has_system ? 2u : 1u) || turns.back().role != "user") {
    return absl::InvalidArgumentError(
        "the item is a conversation of several turns, which this prompt_template has no place for; "
        "use chatml, llama3 or a route that takes chats");
  }
  if (has_system) one.system = turns.front().text;
  one.prompt = turns.back().text;
  return one;
}

// In one pass, so that a "{system}" inside a prompt stays what it is.
std::string FillIn(std::string_view text, const OneTurn& turn) {
  std::string out;
  while (!text.empty()) {
    if (text.starts_with(kPrompt)) {
      out += turn.prompt;
      text.remove_prefix(kPrompt.size());
    } else if (text.starts_with(kSystem)) {
      out += turn.system;
      text.remove_prefix(kSystem.size());
    } else {
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace

absl::Status CheckPromptTemplate(std::string_view prompt_template) {
  for (const std::string_view name : {"", "plain", "chatml", "llama3"}) {
    if (prompt_template == name) return absl::OkStatus();
  }
  if (prompt_template.find(kPrompt) != std::string_view::npos) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "expected chatml, llama3, plain, or a text that has {prompt} (and {system}) in it");
}

absl::StatusOr<std::string> RenderPrompt(std::string_view prompt_template,
                                         std::string_view system_prompt, const Item& item,
                                         std::string_view prefix) {
  ASSIGN_OR_RETURN(std::vector<ChatTurn> turns, TurnsOf(item, system_prompt));
  turns.front().text.insert(0, prefix);
  if (prompt_template == "chatml") return ChatMl(turns);
  if (prompt_template == "llama3") return Llama3(turns);
  ASSIGN_OR_RETURN(const OneTurn turn, SingleTurn(turns));
  const bool plain = prompt_template.empty() || prompt_template == "plain";
  if (plain && turn.system.empty()) return std::string(turn.prompt);
  return FillIn(plain ? kPlain : prompt_template, turn);
}

}  // namespace monsoon
