// answers.jsonl: the text of the answers, one JSON object a line, of cases with `keep_answers:
// true`.
//
//   {"case":"m/openqa/c1/vllm","request_id":"..","reasoning":"..","content":".."}
//
// A key for each channel that the answer has text of (content, reasoning, refusal, tool), in the
// order in which they begin; the pieces of one channel are joined. UTF-8; what an engine sent that
// is none becomes U+FFFD (run.db has the bytes). Pure; the caller writes the lines.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace monsoon {

struct AnswerLine {
  std::string_view case_name;
  std::string_view request_id;
  std::vector<std::pair<std::string_view, std::string_view>> parts;  // channel and text, as it came
};
// Appends one line with its line end to `out`.
void AppendAnswerLine(const AnswerLine& answer, std::string& out);

}  // namespace monsoon
