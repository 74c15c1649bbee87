// Answers played without a socket: step by step on the scripted clock.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/mock_engine/answer.h"
#include "tests/mock_engine/dialects/dialects.h"
#include "tests/mock_engine/fault.h"
#include "tests/mock_engine/stream_answer.h"
#include "tests/mock_engine/whole_answer.h"

namespace monsoon::mock_engine {

struct Played {
  std::vector<int64_t> token_times_ns;  // when steps with tokens were due
  std::vector<std::string> pieces;      // the bytes of all steps
  std::string bytes;
  int64_t tokens = 0;
  Step::After after = Step::After::kWait;
  int64_t end_ns = 0;
};

inline Played Play(Answer& answer, int64_t start_ns) {
  Played played;
  int64_t due_ns = answer.Begin(start_ns);
  while (true) {
    const Step step = answer.Next(due_ns);
    if (!step.bytes.empty()) played.pieces.emplace_back(step.bytes);
    played.bytes.append(step.bytes);
    played.tokens += step.tokens;
    if (step.tokens > 0) played.token_times_ns.push_back(due_ns);
    played.after = step.after;
    played.end_ns = due_ns;
    if (step.after != Step::After::kWait) return played;
    EXPECT_GE(step.next_ns, due_ns);
    due_ns = step.next_ns;
  }
}

class AnswerTest : public ::testing::Test {
 protected:
  AnswerTest() {
    options_.ttft = Distribution::Constant(100);
    options_.itl = Distribution::Constant(10);
    options_.tokens = Distribution::Constant(4);
  }

  static AnswerState State(bool usage) {
    AnswerState state;
    state.model = "m";
    state.usage.prompt_tokens = 2;
    state.Set(Flag::kUsage, usage);
    return state;
  }

  std::unique_ptr<Answer> Stream(FaultChoice faults, bool usage = true,
                                 std::string_view dialect = "vllm") {
    TokenScript script(options_, 0, 2, std::nullopt);
    AnswerWriter writer(FindDialect(dialect)->routes[0].wire, State(usage), script.tokens(), false);
    StreamPlan plan;
    plan.faults = faults;
    plan.failure = {500, "InternalServerError", "EngineCore died"};
    plan.overload = {503, "Overloaded", "Later."};
    plan.random = Random(5);
    return std::make_unique<StreamAnswer>(std::move(script), std::move(writer), plan);
  }

  std::unique_ptr<Answer> Stream(Fault fault, bool usage = true,
                                 std::string_view dialect = "vllm") {
    FaultChoice faults;
    faults.Set(fault);
    return Stream(faults, usage, dialect);
  }

  std::unique_ptr<Answer> Whole(Fault fault) {
    TokenScript script(options_, 0, 2, std::nullopt);
    AnswerWriter writer(FindDialect("vllm")->routes[0].wire, State(false),
                        fault == Fault::kEmpty ? 0 : script.tokens(), false);
    WholePlan plan;
    plan.faults.Set(fault);
    if (fault == Fault::kErrorInStream) plan.status = 500;
    plan.random = Random(5);
    return std::make_unique<WholeAnswer>(std::move(script), std::move(writer), plan);
  }

  Played PlayStream(Fault fault) { return Play(*Stream(fault), 1000); }
  Played PlayWhole(Fault fault) { return Play(*Whole(fault), 1000); }

  TokenScriptOptions options_;
};

}  // namespace monsoon::mock_engine
