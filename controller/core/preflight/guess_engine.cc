#include "controller/core/preflight/guess_engine.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace monsoon {
namespace {

// A body is this engine's when it holds all of `marks`; the first row that fits wins, so rows with
// more or rarer marks stand first. In generated text a quote is escaped, so that "name" with its
// quotes is a member's name or value. Marks are looked for without blanks between tokens.
struct Row {
  std::array<std::string_view, 3> marks;
  EngineGuess guess;
};

constexpr EngineGuess kTriton = {"triton", "native", "Triton"};
constexpr EngineGuess kTgi = {"tgi", "native", "TGI"};
constexpr EngineGuess kMii = {"deepspeed-mii", "native", "DeepSpeed-MII"};
constexpr EngineGuess kSglang = {"sglang", "native", "SGLang's /generate"};
constexpr EngineGuess kLmdeploy = {"lmdeploy", "native", "LMDeploy's /generate"};
constexpr EngineGuess kLlamaCpp = {"llama.cpp", "native", "llama.cpp's /completion"};
constexpr EngineGuess kLlamaCppServer = {"llama.cpp", "", "llama.cpp"};
constexpr EngineGuess kOllama = {"ollama", "native", "Ollama"};
constexpr EngineGuess kOllamaServer = {"ollama", "", "Ollama"};
constexpr EngineGuess kAnthropic = {"anthropic", "messages", "Anthropic's Messages API"};
constexpr EngineGuess kResponses = {"openai", "responses", "OpenAI's Responses API"};
constexpr EngineGuess kChat = {"openai", "chat", "OpenAI's chat completions"};
constexpr EngineGuess kCompletions = {"openai", "completions", "OpenAI's legacy completions"};
constexpr EngineGuess kDashScope = {"dashscope", "native", "DashScope"};

constexpr Row kRows[] = {
    {{"\"text_output\""}, kTriton},
    {{"\"generated_text\"", "\"prompt_length\"", "\"generated_length\""}, kMii},
    {{"\"generated_text\""}, kTgi},
    {{"\"error_type\""}, kTgi},
    {{"Failed to deserialize the JSON body"}, kTgi},
    {{"\"meta_info\"", "\"weight_version\""}, kSglang},
    {{"\"meta_info\"", "\"id\""}, kSglang},
    {{"\"meta_info\"", "\"output_ids\""}, kLmdeploy},
    {{"\"tokens_predicted\""}, kLlamaCpp},
    {{"\"content\"", "\"id_slot\""}, kLlamaCpp},
    {{"\"created_at\"", "\"done\"", "\"model\""}, kOllama},
    {{"\"message_start\""}, kAnthropic},
    {{"\"type\":\"message\"", "\"stop_reason\""}, kAnthropic},
    {{"\"type\":\"error\"", "\"error\":{\"type\":"}, kAnthropic},
    {{"\"response.created\""}, kResponses},
    {{"\"object\":\"response\""}, kResponses},
    {{"\"chat.completion"}, kChat},
    {{"\"text_completion\""}, kCompletions},
    {{"\"output\":{", "\"request_id\"", "\"usage\""}, kDashScope},
    {{"{\"text\":[\""}, kMii},
    {{"\"File Not Found\"", "\"not_found_error\""}, kLlamaCppServer},
};

// JSON with its blanks between tokens taken out, as far as marks need it: behind ':', ',' and the
// brackets. Text inside strings may lose blanks too, which no mark minds but the one in words.
std::string Compact(std::string_view body) {
  std::string out;
  out.reserve(body.size());
  for (const char c : body) {
    const bool blank = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (blank && !out.empty() && std::string_view(":,{[").find(out.back()) != std::string::npos) {
      continue;
    }
    out.push_back(c);
  }
  return out;
}

}  // namespace

std::optional<EngineGuess> GuessEngine(const AnswerSample& answer) {
  const std::string body = Compact(answer.body);
  const auto row = std::find_if(std::begin(kRows), std::end(kRows), [&body](const Row& each) {
    return std::all_of(each.marks.begin(), each.marks.end(), [&body](std::string_view mark) {
      return body.find(mark) != std::string::npos;
    });
  });
  if (row != std::end(kRows)) return row->guess;
  if (answer.server == "llama.cpp") return kLlamaCppServer;
  // What Go's own router says; of the engines, Ollama is written in it.
  if (answer.http_status == 404 && body.starts_with("404 page not found")) return kOllamaServer;
  return std::nullopt;
}

}  // namespace monsoon
