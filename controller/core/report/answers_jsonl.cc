#include "controller/core/report/answers_jsonl.h"

#include <nlohmann/json.hpp>

namespace monsoon {

void AppendAnswerLine(const AnswerLine& answer, std::string& out) {
  using Json = nlohmann::ordered_json;
  Json line = {{"case", answer.case_name}, {"request_id", answer.request_id}};
  for (const auto& [channel, text] : answer.parts) {
    Json& joined = line[std::string(channel)];
    if (joined.is_null()) joined = "";
    joined.get_ref<std::string&>() += text;
  }
  out += line.dump(-1, ' ', false, Json::error_handler_t::replace);
  out += '\n';
}

}  // namespace monsoon
