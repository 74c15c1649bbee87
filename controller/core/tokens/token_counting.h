// Token counts of one request: which are counted with the model's tokenizer, and which of the
// counts that there are then hold (docs/metrics.md, "Token source").
//
// A request arrives with what its engine reported. Counting adds tokenizer_input_tokens and
// tokenizer_output_tokens, and settles input_tokens, output_tokens, reasoning_tokens,
// first_chunk_tokens and the two sources by the case's rule. usage_* stay as reported.
//
// Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>

#include "common/model/agent_case.h"
#include "common/model/request_record.h"
#include "controller/core/scenario/scenario.h"
#include "controller/core/tokens/tokenizer.h"

namespace monsoon {

// What of the answers is counted here. kNone: nothing of the case.
KeepText CountedTextOf(const CaseSpec& spec);
// What the agents must send back for `spec`: that, or everything where it is kept.
KeepText KeepTextFor(const CaseSpec& spec);

// The answer. Each run of one channel is counted by itself, and the sum holds. Where the text that
// is needed did not come, or was too long, the count is unknown (and TokenSource::kNone), never a
// guess. Takes the text out of the record, unless the case keeps it.
void CountAnswer(const Tokenizer& tokenizer, const CaseSpec& spec, RequestRecord& record);

// Whether SetPromptTokens wants to know how many tokens the prompt has. False for a request that
// was never sent.
bool WantsPromptTokens(const CaseSpec& spec, const RequestRecord& record);
// nullopt: they could not be counted. REQUIRES: WantsPromptTokens().
void SetPromptTokens(const CaseSpec& spec, std::optional<int64_t> tokens, RequestRecord& record);

}  // namespace monsoon
