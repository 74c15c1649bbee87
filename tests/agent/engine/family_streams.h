// The sample streams of the wire-protocol reference, sections 4.4 to 4.13: the OpenAI family beside
// those of sample_streams.h, byte for byte in the shape that the engines send.
#pragma once

#include <string_view>

namespace monsoon {

// 4.4: the role chunk's line ends with a blank; a chunk with both texts empty holds a token back.
inline constexpr std::string_view kTrtllmServeStream =
    R"(data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1770000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant"}}]} )"
    R"(

data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1770000000,"model":"m","choices":[{"index":0,"delta":{"content":"","reasoning_content":"Let"}}]}

data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1770000000,"model":"m","choices":[{"index":0,"delta":{"content":"","reasoning_content":""}}]}

data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1770000000,"model":"m","choices":[{"index":0,"delta":{"content":"Hi","reasoning_content":""},"finish_reason":"length","avg_decoded_tokens_per_iter":1.0}]}

data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1770000000,"model":"m","choices":[],"usage":{"prompt_tokens":11,"total_tokens":13,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":0}}}

data: [DONE]

)";

// 4.5
inline constexpr std::string_view kTgiChatStream =
    R"(data: {"object":"chat.completion.chunk","id":"","created":1770000000,"model":"m","system_fingerprint":"3.3.7-native","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},"logprobs":null,"finish_reason":null}],"usage":null}

data: {"object":"chat.completion.chunk","id":"","created":1770000000,"model":"m","system_fingerprint":"3.3.7-native","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":"stop"}],"usage":null}

data: {"object":"chat.completion.chunk","id":"","created":1770000000,"model":"m","system_fingerprint":"3.3.7-native","choices":[],"usage":{"prompt_tokens":11,"completion_tokens":2,"total_tokens":13}}

data: [DONE]

)";

// 4.5: `data:` without a blank, and no [DONE] (before 2.2); the finish reason is "" until the end.
inline constexpr std::string_view kOldTgiCompletionsStream =
    R"(data:{"object":"text_completion","id":"","created":1770000000,"model":"m","system_fingerprint":"2.0.1-native","choices":[{"index":0,"text":"Hi","logprobs":null,"finish_reason":""}]}

data:{"object":"text_completion","id":"","created":1770000000,"model":"m","system_fingerprint":"2.0.1-native","choices":[{"index":0,"text":"!","logprobs":null,"finish_reason":"length"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}

)";

// 4.6: the role goes out before generation starts; no usage.
inline constexpr std::string_view kMiiChatStream =
    R"(data: {"id":"chatcmpl-k","object":"chat.completion.chunk","created":1770000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant"},"finish_reason":null}]}

data: {"id":"chatcmpl-k","object":"chat.completion.chunk","created":1770000000,"model":"m","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}

data: {"id":"chatcmpl-k","object":"chat.completion.chunk","created":1770000000,"model":"m","choices":[{"index":0,"delta":{"content":" there"},"finish_reason":"length"}]}

data: [DONE]

)";

// 4.7
inline constexpr std::string_view kSglangChatStream =
    R"(data: {"id":"a1","object":"chat.completion.chunk","created":1770000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null,"matched_stop":null}],"usage":null}

data: {"id":"a1","object":"chat.completion.chunk","created":1770000000,"model":"m","choices":[{"index":0,"delta":{"reasoning_content":"Let me"},"logprobs":null,"finish_reason":null,"matched_stop":null}],"usage":null}

data: {"id":"a1","object":"chat.completion.chunk","created":1770000000,"model":"m","choices":[{"index":0,"delta":{"content":"Hi"},"logprobs":null,"finish_reason":null,"matched_stop":null}],"usage":null}

data: {"id":"a1","object":"chat.completion.chunk","created":1770000000,"model":"m","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop","matched_stop":2}],"usage":null}

data: {"id":"a1","object":"chat.completion.chunk","created":1770000000,"model":"m","choices":[],"usage":{"prompt_tokens":11,"total_tokens":16,"completion_tokens":5,"prompt_tokens_details":null,"reasoning_tokens":3}}

data: [DONE]

)";

// 4.8, with a heartbeat comment and two of progress before the first token.
inline constexpr std::string_view kLlamaCppChatStream =
    R"(:

data: {"choices":[{"finish_reason":null,"index":0,"delta":{"role":"assistant","content":null}}],"created":1770000000,"id":"chatcmpl-x","model":"m","system_fingerprint":"b9999-abc","object":"chat.completion.chunk","prompt_progress":{"total":11,"cache":0,"processed":5,"time_ms":7}}

data: {"choices":[{"finish_reason":null,"index":0,"delta":{"role":"assistant","content":null}}],"created":1770000000,"id":"chatcmpl-x","model":"m","system_fingerprint":"b9999-abc","object":"chat.completion.chunk"}

data: {"choices":[{"finish_reason":null,"index":0,"delta":{"content":"Hi"}}],"created":1770000000,"id":"chatcmpl-x","model":"m","system_fingerprint":"b9999-abc","object":"chat.completion.chunk"}

data: {"choices":[{"finish_reason":"length","index":0,"delta":{}}],"created":1770000000,"id":"chatcmpl-x","model":"m","system_fingerprint":"b9999-abc","object":"chat.completion.chunk"}

data: {"choices":[],"created":1770000000,"id":"chatcmpl-x","model":"m","system_fingerprint":"b9999-abc","object":"chat.completion.chunk","usage":{"completion_tokens":64,"prompt_tokens":11,"total_tokens":75},"timings":{"cache_n":4,"prompt_n":7,"prompt_ms":8.1,"predicted_n":64,"predicted_ms":640.0,"predicted_per_second":100.0}}

data: [DONE]

)";

// 4.9: role and content together; zeros as usage until the last chunk.
inline constexpr std::string_view kOllamaCompletionsStream =
    R"(data: {"id":"cmpl-7","object":"text_completion","created":1770000000,"choices":[{"text":"Hi","index":0,"finish_reason":null}],"model":"m","system_fingerprint":"fp_ollama","usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}}

data: {"id":"cmpl-7","object":"text_completion","created":1770000000,"choices":[{"text":"!","index":0,"finish_reason":null}],"model":"m","system_fingerprint":"fp_ollama","usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}}

data: {"id":"cmpl-7","object":"text_completion","created":1770000000,"choices":[{"text":"","index":0,"finish_reason":"stop"}],"model":"m","system_fingerprint":"fp_ollama","usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}}

data: {"id":"cmpl-7","object":"text_completion","created":1770000000,"choices":[],"model":"m","system_fingerprint":"fp_ollama","usage":{"prompt_tokens":11,"completion_tokens":3,"total_tokens":14}}

data: [DONE]

)";

// 4.1, completions
inline constexpr std::string_view kVllmCompletionsStream =
    R"(data: {"id":"cmpl-1","object":"text_completion","created":1770000000,"model":"m","choices":[{"index":0,"text":"Hi","logprobs":null,"finish_reason":null,"stop_reason":null}]}

data: {"id":"cmpl-1","object":"text_completion","created":1770000000,"model":"m","choices":[{"index":0,"text":" there","logprobs":null,"finish_reason":"length","stop_reason":null}]}

data: {"id":"cmpl-1","object":"text_completion","created":1770000000,"model":"m","choices":[],"usage":{"prompt_tokens":3,"total_tokens":5,"completion_tokens":2}}

data: [DONE]

)";

// 4.12: the prompt filter's chunk, an annotation without a delta, also behind the finish reason.
inline constexpr std::string_view kAzureStream =
    R"(data: {"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}}}]}

data: {"choices":[{"content_filter_results":{},"delta":{"content":"","refusal":null,"role":"assistant"},"finish_reason":null,"index":0,"logprobs":null}],"created":1770000000,"id":"chatcmpl-A","model":"m","object":"chat.completion.chunk"}

data: {"choices":[{"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}},"delta":{"content":"Hi"},"finish_reason":null,"index":0,"logprobs":null}],"created":1770000000,"id":"chatcmpl-A","model":"m","object":"chat.completion.chunk"}

data: {"choices":[{"content_filter_results":{},"delta":{},"finish_reason":"stop","index":0,"logprobs":null}],"created":1770000000,"id":"chatcmpl-A","model":"m","object":"chat.completion.chunk"}

data: {"choices":[{"content_filter_offsets":{"check_offset":44,"start_offset":44,"end_offset":198},"content_filter_results":{},"finish_reason":null,"index":0}],"created":0,"id":"","model":"","object":""}

data: {"choices":[],"created":1770000000,"id":"chatcmpl-A","model":"m","object":"chat.completion.chunk","usage":{"completion_tokens":2,"prompt_tokens":11,"total_tokens":13}}

data: [DONE]

)";

// 4.11
inline constexpr std::string_view kResponsesStream =
    R"(event: response.created
data: {"type":"response.created","sequence_number":0,"response":{"id":"resp_1","object":"response","status":"in_progress","error":null,"output":[],"usage":null}}

event: response.output_item.added
data: {"type":"response.output_item.added","sequence_number":2,"output_index":0,"item":{"id":"msg_1","type":"message","status":"in_progress","role":"assistant","content":[]}}

event: response.content_part.added
data: {"type":"response.content_part.added","sequence_number":3,"item_id":"msg_1","output_index":0,"content_index":0,"part":{"type":"output_text","text":"","annotations":[]}}

event: response.output_text.delta
data: {"type":"response.output_text.delta","sequence_number":4,"item_id":"msg_1","output_index":0,"content_index":0,"delta":"Hi","obfuscation":"aQ"}

event: response.output_text.delta
data: {"type":"response.output_text.delta","sequence_number":5,"item_id":"msg_1","output_index":0,"content_index":0,"delta":" there","obfuscation":"x"}

event: response.output_text.done
data: {"type":"response.output_text.done","sequence_number":9,"item_id":"msg_1","output_index":0,"content_index":0,"text":"Hi there"}

event: response.completed
data: {"type":"response.completed","sequence_number":12,"response":{"id":"resp_1","object":"response","status":"completed","error":null,"output":[{"id":"msg_1","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"Hi there","annotations":[]}]}],"usage":{"input_tokens":11,"input_tokens_details":{"cached_tokens":8},"output_tokens":5,"output_tokens_details":{"reasoning_tokens":3},"total_tokens":16}}}

)";

// 4.13, with padding inside a line, a thought, and a ping.
inline constexpr std::string_view kMessagesStream =
    R"(event: message_start
data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":11,"cache_creation_input_tokens":2,"cache_read_input_tokens":4,"output_tokens":1}}        }

event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Let me"}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"EqQB"}}

event: content_block_stop
data: {"type":"content_block_stop","index":0}

event: content_block_start
data: {"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}

event: ping
data: {"type": "ping"}

event: content_block_delta
data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Hi there"}}

event: content_block_stop
data: {"type":"content_block_stop","index":1 }

event: message_delta
data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":5}}

event: message_stop
data: {"type":"message_stop"}

)";

}  // namespace monsoon
