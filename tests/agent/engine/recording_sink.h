// A ResponseSink that writes down the normalised events as lines of text, so that a test's
// expectation reads like the stream it stands for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/core/engine/response_sink.h"
#include "common/base/str_cat.h"
#include "common/model/request_record.h"

namespace monsoon {

class RecordingSink : public ResponseSink {
 public:
  void OnEvent() override { lines.emplace_back("event"); }
  void OnText(TextChannel channel, std::string_view text) override {
    constexpr std::string_view kNames[] = {"content", "reasoning", "refusal", "tool"};
    lines.push_back(StrCat(kNames[static_cast<size_t>(channel)], " ", text));
  }
  void OnEventTokens(int64_t count) override { lines.push_back(StrCat("tokens ", count)); }
  void OnUsage(const Usage& usage) override {
    lines.push_back(StrCat("usage ", usage.input_tokens, " ", usage.output_tokens, " ",
                           usage.cached_tokens, " ", usage.reasoning_tokens));
  }
  void OnFinish(FinishReason reason) override {
    lines.push_back(StrCat("finish ", FinishReasonName(reason)));
  }
  void OnError(ErrorClass error_class, std::string_view message) override {
    lines.push_back(StrCat("error ", ErrorClassName(error_class), ": ", message));
  }
  void OnEnd(StreamEnd how) override {
    lines.emplace_back(how == StreamEnd::kTerminator ? "end terminator" : "end clean_eof");
  }
  void OnFlags(uint32_t flags) override {
    constexpr std::pair<RecordFlag, std::string_view> kNames[] = {
        {kFlagNoDone, "no_done"},           {kFlagNoFinalBlankLine, "no_final_blank_line"},
        {kFlagInvalidUtf8, "invalid_utf8"}, {kFlagLateEvents, "late_events"},
        {kFlagNotStreamed, "not_streamed"}, {kFlagNoText, "no_text"}};
    for (const auto& [flag, name] : kNames) {
      if ((flags & flag) != 0) lines.push_back(StrCat("flag ", name));
    }
  }

  std::vector<std::string> lines;
};

}  // namespace monsoon
