// EngineFacts in words, for the terminal and report.txt. Pure; any thread. Cleaning what the engine
// said of control characters is the caller's (clean_text.h).
#pragma once

#include <string>

#include "controller/core/preflight/engine_facts.h"

namespace monsoon {

// "vllm (http://gpu1:8000/v1/chat/completions): version 0.9.1, serves qwen2-7b, max_model_len 8192,
// first token after 0.034 s"
std::string DescribeEngine(const EngineFacts& facts);

}  // namespace monsoon
