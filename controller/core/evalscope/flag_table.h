// The flags of EvalScope's `perf` command, of both generations: `llmuses perf` of 2024 (v0.4) and
// `evalscope perf` of today (v1). Facts are from its own argument parsers. Constant data.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace monsoon {

enum class FlagArity : uint8_t { kSwitch, kOne, kMany };

// In which generation a flag is known.
enum class FlagAge : uint8_t { kBoth, kOld, kNew };

struct EvalscopeFlag {
  std::string_view name;   // "--parallel"
  std::string_view alias;  // "-n" of --number; "" without one
  FlagArity arity = FlagArity::kOne;
  FlagAge age = FlagAge::kBoth;
  // Why nothing in a scenario stands for it, and what to do instead; "": it is translated.
  std::string_view no_counterpart;
  bool secret = false;  // its value is never printed
};

const std::vector<EvalscopeFlag>& EvalscopeFlags();

}  // namespace monsoon
