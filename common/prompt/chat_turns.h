// The turns of a conversation, taken out of the items of a dataset. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "common/model/item.h"

namespace monsoon {

struct ChatTurn {
  std::string role;  // system user assistant tool ...
  std::string text;

  friend bool operator==(const ChatTurn&, const ChatTurn&) = default;
};

// The turns of a prompt (one of the user) or of chat messages, whose content is a string, null, or
// a list of text parts. `system_prompt` becomes the first turn where it is not empty and the item
// has no system message. INVALID_ARGUMENT for other kinds of item, for a part that is no text (an
// image), and for what are no messages. Never empty.
absl::StatusOr<std::vector<ChatTurn>> TurnsOf(const Item& item, std::string_view system_prompt);

}  // namespace monsoon
