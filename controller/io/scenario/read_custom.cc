#include "controller/io/scenario/read_custom.h"

#include <initializer_list>
#include <string_view>

#include <nlohmann/json.hpp>

#include "common/base/str_cat.h"
#include "common/model/json_pointer.h"
#include "controller/io/scenario/yaml_to_json.h"

namespace monsoon {
namespace {

void ReadPointer(MapReader& map, std::string_view key, std::string& out) {
  map.ReadText(key, out);
  const YamlNode* const node = map.Find(key);
  if (node == nullptr || !node->IsScalar()) return;
  const auto steps = ParseJsonPointer(out);
  if (steps.ok()) return;
  map.Report(key,
             StrCat(map.FullKey(key), " is ", Describe(*node), ": ", steps.status().message()));
}

void ReadDone(MapReader& map, CustomEngine& custom) {
  std::string& done = custom.pointers.done;
  if (custom.framing != AnswerFraming::kSse) done = "eof";
  const YamlNode* const node = map.Find("done");
  if (node == nullptr) return;
  map.ReadText("done", done);
  if (!node->IsScalar() || done == "eof" || done == "[DONE]") return;
  if (!ParseJsonPointer(done).ok()) {
    map.Complain("done", *node, "eof, \"[DONE]\", or a JSON pointer such as /done");
  }
}

void ReadUsage(const YamlNode& node, AnswerPointers& pointers, Diagnostics& diagnostics) {
  MapReader map(node, "engine.response.usage", diagnostics);
  if (!node.IsMap()) return;
  ReadPointer(map, "input_tokens", pointers.input_tokens);
  ReadPointer(map, "output_tokens", pointers.output_tokens);
  ReadPointer(map, "cached_tokens", pointers.cached_tokens);
  map.RejectUnknownKeys();
}

void ReadResponse(const YamlNode& node, CustomEngine& custom, Diagnostics& diagnostics) {
  MapReader map(node, "engine.response", diagnostics);
  if (!node.IsMap()) return;
  map.ReadChoice<AnswerFraming>("framing",
                                {{"sse", AnswerFraming::kSse},
                                 {"ndjson", AnswerFraming::kNdjson},
                                 {"json", AnswerFraming::kJson}},
                                custom.framing);
  map.ReadChoice<AnswerMode>(
      "mode", {{"delta", AnswerMode::kDelta}, {"cumulative", AnswerMode::kCumulative}},
      custom.mode);
  if (!map.Has("text")) {
    diagnostics.Add(node.mark,
                    "missing key 'engine.response.text': expected a JSON pointer to an answer's "
                    "text, such as /text_output");
  }
  ReadPointer(map, "text", custom.pointers.text);
  ReadPointer(map, "reasoning", custom.pointers.reasoning);
  ReadPointer(map, "finish_reason", custom.pointers.finish_reason);
  if (const YamlNode* const usage = map.Find("usage")) {
    ReadUsage(*usage, custom.pointers, diagnostics);
  }
  ReadPointer(map, "error", custom.pointers.error);
  ReadDone(map, custom);
  map.RejectUnknownKeys();
}

void ReadTemplate(MapReader& map, CustomEngine& custom) {
  std::string text;
  map.ReadText("query_template", text);
  const YamlNode* const node = map.Find("query_template");
  if (node == nullptr || !node->IsScalar()) return;
  const auto json = nlohmann::ordered_json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_object() || json.is_array()) {
    custom.body_json = json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  } else {
    map.Complain("query_template", *node,
                 "the JSON of a request's body, such as '{\"text_input\": \"%p\"}'");
  }
}

}  // namespace

void ReadCustom(MapReader& map, const std::string& type, CustomEngine& custom) {
  if (type != "custom") {
    for (const char* const key : {"body", "query_template", "response"}) {
      if (!map.Has(key)) continue;
      map.Report(key, StrCat("engine.", key, " is given, and the type is ", type,
                             ": expected it with `type: custom` only"));
    }
    return;
  }
  ReadTemplate(map, custom);
  if (const YamlNode* const body = map.Find("body")) {
    if (body->IsMap() || body->IsSequence()) {
      custom.body_json = YamlToJson(*body);
    } else {
      map.Complain("body", *body, "a mapping, sent as JSON, with \"%p\" where the prompt goes");
    }
  }
  if (map.Has("body") == map.Has("query_template")) {
    map.diagnostics().Add(
        map.mark(), StrCat("engine has ", map.Has("body") ? "both" : "none",
                           " of the keys body and query_template: expected exactly one of them"));
  }
  if (const YamlNode* const response = map.Find("response")) {
    ReadResponse(*response, custom, map.diagnostics());
  } else if (!map.Has("response")) {
    map.diagnostics().Add(map.mark(),
                          "missing key 'engine.response': expected where an answer's text is, such "
                          "as {text: /text_output, done: eof}");
  }
}

}  // namespace monsoon
