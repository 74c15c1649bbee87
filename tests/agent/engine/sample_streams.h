// The sample streams of the wire-protocol reference, sections 4.1, 4.2 and 4.10, byte for byte in
// the shape that the engines send.
#pragma once

#include <string_view>

namespace monsoon {

inline constexpr std::string_view kVllmStream =
    R"(data: {"id":"chatcmpl-9f","object":"chat.completion.chunk","created":1770000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"prompt_token_ids":null}

data: {"id":"chatcmpl-9f","object":"chat.completion.chunk","created":1770000000,"model":"m","choices":[{"index":0,"delta":{"reasoning":"Let me"},"logprobs":null,"finish_reason":null,"token_ids":null}]}

data: {"id":"chatcmpl-9f","object":"chat.completion.chunk","created":1770000000,"model":"m","choices":[{"index":0,"delta":{"content":"Hi"},"logprobs":null,"finish_reason":null,"token_ids":null}]}

data: {"id":"chatcmpl-9f","object":"chat.completion.chunk","created":1770000000,"model":"m","choices":[{"index":0,"delta":{"content":"!"},"logprobs":null,"finish_reason":"stop","stop_reason":null,"token_ids":null}]}

data: {"id":"chatcmpl-9f","object":"chat.completion.chunk","created":1770000000,"model":"m","choices":[],"usage":{"prompt_tokens":11,"total_tokens":16,"completion_tokens":5}}

data: [DONE]

)";

inline constexpr std::string_view kLmdeployStream =
    R"(data: {"id": "17", "object": "chat.completion.chunk", "created": 1770000000, "model": "m", "choices": [{"index": 0, "delta": {"role": "assistant", "content": "Hi"}}]}

data: {"id": "17", "object": "chat.completion.chunk", "created": 1770000000, "model": "m", "choices": [{"index": 0, "delta": {"role": "assistant", "content": "\ud83d\ude00"}, "output_ids": [9906, 7], "finish_reason": null}], "usage": null}

data: {"id": "17", "object": "chat.completion.chunk", "created": 1770000000, "model": "m", "choices": [{"index": 0, "delta": {"role": "assistant", "content": "!"}, "finish_reason": "stop"}]}

data: {"id": "17", "object": "chat.completion.chunk", "created": 1770000000, "model": "m", "choices": [], "usage": {"prompt_tokens": 11, "total_tokens": 15, "completion_tokens": 4}}

data: [DONE]

)";

inline constexpr std::string_view kOpenAiStream =
    R"(data: {"id":"chatcmpl-A","object":"chat.completion.chunk","created":1770000000,"model":"m-2026","service_tier":"default","system_fingerprint":"fp_1","choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"x7Qp"}

data: {"id":"chatcmpl-A","object":"chat.completion.chunk","created":1770000000,"model":"m-2026","service_tier":"default","system_fingerprint":"fp_1","choices":[{"index":0,"delta":{"content":"Hi"},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"Zk"}

data: {"id":"chatcmpl-A","object":"chat.completion.chunk","created":1770000000,"model":"m-2026","service_tier":"default","system_fingerprint":"fp_1","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"length"}],"usage":null,"obfuscation":"p0"}

data: {"id":"chatcmpl-A","object":"chat.completion.chunk","created":1770000000,"model":"m-2026","service_tier":"default","system_fingerprint":"fp_1","choices":[],"usage":{"prompt_tokens":11,"completion_tokens":5,"total_tokens":16,"prompt_tokens_details":{"cached_tokens":8,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":3,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}}

data: [DONE]

)";

}  // namespace monsoon
