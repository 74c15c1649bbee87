// The pieces that request bodies of all dialects are made of. Pure; off the hot path (bodies are
// built before the measured time), so they may allocate.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include <nlohmann/json.hpp>

#include "common/model/agent_case.h"
#include "common/model/engine_type.h"
#include "common/model/item.h"

namespace monsoon {

// Members keep their order, because chat templates print tool schemas as they come.
using RequestJson = nlohmann::ordered_json;

// The sampling parameters as members under the engine's own names, without the object that they
// nest in. One that has no name there is left out (CheckSampling() has refused it before).
RequestJson SamplingMembers(const ParameterNames& names, const Sampling& sampling);

// Puts `members` into `body`, inside names.object where there is one, wherever the body does not
// have its own. A body's max_completion_tokens also stands for max_tokens. `output_tokens` > 0: the
// answer's exact length, as far as the engine can be told: it replaces max_tokens and min_tokens,
// and sets ignore_eos, whatever the body says.
void PutSampling(const ParameterNames& names, const RequestJson& members, int64_t output_tokens,
                 RequestJson& body);

// engine.extra_body; an empty object for "". INVALID_ARGUMENT when it is no JSON object or sets
// `stream_member` (may be ""), which is the scenario's to say.
absl::StatusOr<RequestJson> ParseExtraBody(const std::string& text, std::string_view stream_member);

// `content` as JSON of the type `wanted`; INVALID_ARGUMENT "the item must be DESCRIPTION"
// otherwise.
absl::StatusOr<RequestJson> ParseItem(std::string_view content, RequestJson::value_t wanted,
                                      std::string_view description);

// The body of a request for a chat: the model's name, and the item's messages at `place` (a JSON
// pointer), or the item itself where it is a whole body. INVALID_ARGUMENT for other kinds of item,
// and where no message stands there. `request` is what it is: "a chat completions request".
absl::StatusOr<RequestJson> ChatBody(const Item& item, const std::string& model,
                                     const RequestJson::json_pointer& place,
                                     std::string_view request);

// Puts a system message before `messages` (an array) unless the text is empty or one is there.
void AddSystemMessage(std::string_view system_prompt, RequestJson& messages);

// Puts `prefix` before the text of `content`, which is a string or a list of parts; false when it
// has none.
bool PrefixContent(std::string_view prefix, RequestJson& content);

// The same for the first of `messages` that has a text. INVALID_ARGUMENT when none has.
absl::Status PrefixMessages(std::string_view prefix, RequestJson& messages);

// `body` has the member `name`, a text or a list, and it is not empty.
bool HasTextOrList(const RequestJson& body, const char* name);

// INVALID_ARGUMENT: this route does not take items of this kind. `takes`: "chats", "raw prompts".
absl::Status WrongItem(const Item& item, std::string_view takes);

// Compact; text that is not UTF-8 gets U+FFFD in its place.
std::string DumpBody(const RequestJson& body);

}  // namespace monsoon
