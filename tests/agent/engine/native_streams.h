// Streams of the native routes, byte for byte in the shape of the wire-protocol reference, sections
// 4.2, 4.3, 4.5 to 4.9 and 4.14.
#pragma once

#include <string_view>

namespace monsoon {

inline constexpr std::string_view kTritonStream =
    R"(data: {"context_logits":0.0,"cum_log_probs":0.0,"generation_logits":0.0,"model_name":"ensemble","model_version":"1","output_log_probs":[0.0,0.0],"sequence_end":false,"sequence_id":0,"sequence_start":false,"text_output":"Hi"}

data: {"context_logits":0.0,"cum_log_probs":0.0,"generation_logits":0.0,"model_name":"ensemble","model_version":"1","output_log_probs":[0.0,0.0],"sequence_end":false,"sequence_id":0,"sequence_start":false,"text_output":" there"}

)";

inline constexpr std::string_view kTgiStream =
    R"(data: {"index":1,"token":{"id":13347,"text":"Hi","logprob":-0.42,"special":false},"generated_text":null,"details":null}

data: {"index":2,"token":{"id":2,"text":"</s>","logprob":-0.01,"special":true},"generated_text":"Hi","details":{"finish_reason":"eos_token","generated_tokens":2,"seed":null,"input_length":3}}

)";

inline constexpr std::string_view kLmdeployGenerateStream =
    R"(data: {"text": "Hi", "output_ids": [9906], "meta_info": {"prompt_tokens": 3, "completion_tokens": 1, "finish_reason": null}}

data: {"text": " \ud83d\ude00", "output_ids": [1070, 5], "meta_info": {"prompt_tokens": 3, "completion_tokens": 3, "finish_reason": {"type": "length"}}}

data: [DONE]

)";

inline constexpr std::string_view kSglangGenerateStream =
    R"(data: {"text":"Hi","output_ids":[13347],"meta_info":{"id":"r-1","finish_reason":null,"prompt_tokens":3,"weight_version":"default","completion_tokens":1,"cached_tokens":0}}

data: {"text":"Hi there","output_ids":[13347,1070],"meta_info":{"id":"r-1","finish_reason":{"type":"length","length":2},"prompt_tokens":3,"weight_version":"default","completion_tokens":2,"cached_tokens":0,"e2e_latency":0.031}}

data: [DONE]

)";

inline constexpr std::string_view kLlamaCppStream =
    R"(data: {"index":0,"content":"Hi","tokens":[13347],"stop":false,"id_slot":-1,"tokens_predicted":1,"tokens_evaluated":3}

:

data: {"index":0,"content":"","tokens":[],"id_slot":0,"stop":true,"model":"m","tokens_predicted":64,"tokens_evaluated":3,"generation_settings":{"seed":1},"prompt":"Say hi","has_new_line":false,"truncated":false,"stop_type":"limit","stopping_word":"","tokens_cached":66,"timings":{"cache_n":2,"prompt_n":3,"prompt_ms":8.1,"predicted_n":64}}

)";

inline constexpr std::string_view kOllamaStream =
    R"({"model":"m","created_at":"2026-02-02T02:40:00.1Z","message":{"role":"assistant","content":"","thinking":"Let me"},"done":false}
{"model":"m","created_at":"2026-02-02T02:40:00.2Z","message":{"role":"assistant","content":"Hi"},"done":false}
{"model":"m","created_at":"9026-02-02T02:40:00.9Z","message":{"role":"assistant","content":""},"done":true,"done_reason":"length","total_duration":900000000,"load_duration":20000000,"prompt_eval_count":11,"prompt_eval_duration":40000000,"eval_count":64,"eval_duration":800000000}
)";

inline constexpr std::string_view kMiiStream = R"(data: {"text": ["Hi"]}

data: {"text": [" there"]}

data: [DONE]

)";

inline constexpr std::string_view kDashscopeStream =
    R"(id:1
event:result
:HTTP_STATUS/200
data:{"output":{"choices":[{"message":{"content":"Hi","reasoning_content":"","role":"assistant"},"finish_reason":"null"}]},"usage":{"total_tokens":12,"input_tokens":11,"output_tokens":1},"request_id":"0a"}

id:2
event:result
:HTTP_STATUS/200
data:{"output":{"choices":[{"message":{"content":" there","reasoning_content":"","role":"assistant"},"finish_reason":"stop"}]},"usage":{"total_tokens":14,"input_tokens":11,"output_tokens":3},"request_id":"0a"}

)";

}  // namespace monsoon
