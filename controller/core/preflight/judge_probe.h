// JudgeProbe: what the one answer of a preflight means for the user: go on, go on with a warning,
// or stop before any load with a sentence that says what is wrong and what to do.
//
// Pure; any thread. It judges by the answer to the case's own POST, its headers and the named
// type's GETs only. Nothing here is cleaned for a terminal (clean_text.h).
#pragma once

#include <string>

#include "common/model/probe.h"
#include "controller/core/preflight/engine_facts.h"

namespace monsoon {

// The engine as the scenario has it.
struct ProbeTarget {
  std::string engine;  // its label
  std::string type;
  std::string url;
  std::string default_path;  // of the type's route, for "expected ..."
  std::string model;
  std::string key_name;  // "environment variable LLM_API_KEY", "" when it names no key
  bool stream = true;
  bool has_tokenizer = false;
  bool expects_tokens = true;  // not of embeddings and rerank
};

struct ProbeVerdict {
  std::string failure;  // a sentence, without the engine's name; "": go on
  EngineFacts facts;    // warnings included; of no use after a failure
};

ProbeVerdict JudgeProbe(const ProbeTarget& target, const ProbeResult& result);

}  // namespace monsoon
