// The table of the engines which the mock engine can be. To add one: write its routes and pages in
// a file of its own beside this one, declare the function here, and add a row in dialects.cc.
//
// Wire formats are those of the projects' own sources and documentation; each file names what is
// special. The tables are made at first use and live as long as the program. Safe from any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/mock_engine/dialect.h"

namespace monsoon::mock_engine {

Dialect Vllm();
Dialect OpenAi();
Dialect Lmdeploy();
Dialect Triton();
Dialect TrtllmServe();
Dialect Tgi();
Dialect DeepspeedMii();
Dialect Sglang();
Dialect LlamaCpp();
Dialect Ollama();
Dialect Anthropic();
Dialect Azure();
Dialect Dashscope();

// All of them; where their routes clash, the earlier one goes first.
const std::vector<const Dialect*>& AllDialects();

// Null if there is none of this name.
const Dialect* FindDialect(std::string_view name);

// "vllm, openai, ...".
std::string DialectNames();

}  // namespace monsoon::mock_engine
