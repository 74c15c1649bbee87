// What several engines have in common: events, request shapes, and the routes which many of them
// copied from one (OpenAI's Responses and embeddings, Anthropic's Messages, Jina's rerank).
//
// Pure functions for the start of the program. Formats: the APIs' public documentation.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/mock_engine/dialect.h"

namespace monsoon::mock_engine {

// Error bodies that more than one engine has.
inline constexpr char kNestedError[] =
    R"({"error":{"message":"<message>","type":"<type>","param":null,"code":<status>}})";
inline constexpr char kFlatError[] =
    R"({"object":"error","message":"<message>","type":"<type>","param":null,"code":<status>})";
inline constexpr char kTextError[] = R"({"error":"<message>"})";

// The value of OpenAI's `usage`.
inline constexpr char kUsageObject[] =
    R"({"prompt_tokens":<prompt_tokens>,"completion_tokens":<tokens>,"total_tokens":<total_tokens>)"
    R"(<?cached>,"prompt_tokens_details":{"cached_tokens":<cached_tokens>}</>})";

inline constexpr char kDone[] = "data: [DONE]\n\n";

// "data: JSON" with its empty line; with a type, "event: TYPE" before it.
std::string Event(std::string_view json);
std::string NamedEvent(std::string_view type, std::string_view json);

// A tokenizer's route: `prompt` are places in the request (see RequestShape), the answer's words
// (<all_ids>, <prompt_tokens>) are the prompt's tokens.
Wire TokenizerWire(std::vector<std::string> prompt, std::string_view answer);

RequestShape ChatShape();
RequestShape CompletionShape();

// Sets the answer in one piece. `message_more` goes behind the content, `choice_more` behind the
// finish reason, each beginning with a comma or "".
void SetWholeChat(std::string_view message_more, std::string_view choice_more, Wire* wire);
void SetWholeCompletion(std::string_view choice_more, Wire* wire);

// `wire`'s stream when each chunk is HEAD"choices":[CHOICE]TAIL: what is given here is the choice
// of each kind, "" for none. `tail` stands in all but the usage event.
struct ChunkTexts {
  std::string head;  // from '{'
  std::string tail;  // to '}'
  std::string opening;
  std::string token;
  std::string finish;
};
void SetStream(const ChunkTexts& texts, std::string_view usage_object, Wire* wire);

// Chat and completions as OpenAI describes them, for engines that add nothing.
Wire PlainChat();
Wire PlainCompletions();

Wire ResponsesWire();
Wire MessagesWire();
Wire EmbeddingsWire();
Wire RerankWire();

Page ModelsPage(std::string_view path, std::string_view owner);

}  // namespace monsoon::mock_engine
