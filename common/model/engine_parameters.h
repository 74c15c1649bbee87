// What the engines call the sampling parameters, one constant for each set of names that routes
// share (engine_table.cc). Facts are from the wire-protocol reference, sections 3.4 and 4.
#pragma once

#include "common/model/engine_type.h"

namespace monsoon::parameters {

inline constexpr ParameterNames kNone = {};

inline constexpr ParameterNames kOpenAi = {.max_tokens = "max_tokens",
                                           .temperature = "temperature",
                                           .top_p = "top_p",
                                           .stop = "stop",
                                           .seed = "seed",
                                           .frequency_penalty = "frequency_penalty",
                                           .presence_penalty = "presence_penalty"};

// OpenAI's, and what the servers of open models add.
constexpr ParameterNames OpenAiPlus(std::string_view min_tokens, std::string_view ignore_eos,
                                    std::string_view repetition_penalty) {
  ParameterNames names = kOpenAi;
  names.min_tokens = min_tokens;
  names.ignore_eos = ignore_eos;
  names.top_k = "top_k";
  names.repetition_penalty = repetition_penalty;
  return names;
}

inline constexpr ParameterNames kVllm =
    OpenAiPlus("min_tokens", "ignore_eos", "repetition_penalty");
inline constexpr ParameterNames kLmdeployChat =
    OpenAiPlus("min_new_tokens", "ignore_eos", "repetition_penalty");
inline constexpr ParameterNames kLmdeployCompletions =
    OpenAiPlus("", "ignore_eos", "repetition_penalty");
inline constexpr ParameterNames kLlamaCppOpenAi = OpenAiPlus("", "ignore_eos", "repeat_penalty");

inline constexpr ParameterNames kResponses = {
    .max_tokens = "max_output_tokens", .temperature = "temperature", .top_p = "top_p"};

constexpr ParameterNames VllmResponses() {
  ParameterNames names = kResponses;
  names.top_k = "top_k";
  names.stop = "stop";
  names.seed = "seed";
  names.ignore_eos = "ignore_eos";
  names.repetition_penalty = "repetition_penalty";
  return names;
}

constexpr ParameterNames SglangResponses() {
  ParameterNames names = kResponses;
  names.top_k = "top_k";
  names.stop = "stop";
  names.frequency_penalty = "frequency_penalty";
  names.presence_penalty = "presence_penalty";
  names.repetition_penalty = "repetition_penalty";
  return names;
}

inline constexpr ParameterNames kMessages = {.max_tokens = "max_tokens",
                                             .temperature = "temperature",
                                             .top_p = "top_p",
                                             .top_k = "top_k",
                                             .stop = "stop_sequences"};

inline constexpr ParameterNames kLmdeployNative = {.max_tokens = "max_tokens",
                                                   .temperature = "temperature",
                                                   .top_p = "top_p",
                                                   .top_k = "top_k",
                                                   .stop = "stop",
                                                   .ignore_eos = "ignore_eos",
                                                   .repetition_penalty = "repetition_penalty"};

inline constexpr ParameterNames kTritonEnsemble = {.max_tokens = "max_tokens",
                                                   .min_tokens = "min_tokens",
                                                   .temperature = "temperature",
                                                   .top_p = "top_p",
                                                   .top_k = "top_k",
                                                   .stop = "stop_words",
                                                   .seed = "seed",
                                                   .frequency_penalty = "frequency_penalty",
                                                   .presence_penalty = "presence_penalty",
                                                   .repetition_penalty = "repetition_penalty"};

inline constexpr ParameterNames kTritonLlmApi = {.max_tokens = "sampling_param_max_tokens",
                                                 .temperature = "sampling_param_temperature",
                                                 .top_p = "sampling_param_top_p",
                                                 .top_k = "sampling_param_top_k",
                                                 .stop = "sampling_param_stop",
                                                 .seed = "sampling_param_seed"};

// Request parameters are single values, so there is no place for a list of stop words.
inline constexpr ParameterNames kTritonVllm = {.max_tokens = "max_tokens",
                                               .min_tokens = "min_tokens",
                                               .temperature = "temperature",
                                               .top_p = "top_p",
                                               .top_k = "top_k",
                                               .seed = "seed",
                                               .ignore_eos = "ignore_eos",
                                               .frequency_penalty = "frequency_penalty",
                                               .presence_penalty = "presence_penalty",
                                               .repetition_penalty = "repetition_penalty",
                                               .object = "parameters"};

inline constexpr ParameterNames kTgiNative = {.max_tokens = "max_new_tokens",
                                              .temperature = "temperature",
                                              .top_p = "top_p",
                                              .top_k = "top_k",
                                              .stop = "stop",
                                              .seed = "seed",
                                              .frequency_penalty = "frequency_penalty",
                                              .repetition_penalty = "repetition_penalty",
                                              .object = "parameters"};

inline constexpr ParameterNames kTgiCompletions = {.max_tokens = "max_tokens",
                                                   .temperature = "temperature",
                                                   .top_p = "top_p",
                                                   .stop = "stop",
                                                   .seed = "seed",
                                                   .frequency_penalty = "frequency_penalty",
                                                   .repetition_penalty = "repetition_penalty"};

inline constexpr ParameterNames kMiiServer = {.max_tokens = "max_tokens",
                                              .min_tokens = "min_tokens",
                                              .temperature = "temperature",
                                              .top_p = "top_p",
                                              .top_k = "top_k",
                                              .stop = "stop"};

inline constexpr ParameterNames kMiiGateway = {.max_tokens = "max_new_tokens",
                                               .min_tokens = "min_new_tokens",
                                               .temperature = "temperature",
                                               .top_p = "top_p",
                                               .top_k = "top_k",
                                               .stop = "stop",
                                               .ignore_eos = "ignore_eos"};

inline constexpr ParameterNames kSglangNative = {.max_tokens = "max_new_tokens",
                                                 .min_tokens = "min_new_tokens",
                                                 .temperature = "temperature",
                                                 .top_p = "top_p",
                                                 .top_k = "top_k",
                                                 .stop = "stop",
                                                 .seed = "sampling_seed",
                                                 .ignore_eos = "ignore_eos",
                                                 .frequency_penalty = "frequency_penalty",
                                                 .presence_penalty = "presence_penalty",
                                                 .repetition_penalty = "repetition_penalty",
                                                 .object = "sampling_params"};

inline constexpr ParameterNames kLlamaCppNative = {.max_tokens = "n_predict",
                                                   .temperature = "temperature",
                                                   .top_p = "top_p",
                                                   .top_k = "top_k",
                                                   .stop = "stop",
                                                   .seed = "seed",
                                                   .ignore_eos = "ignore_eos",
                                                   .frequency_penalty = "frequency_penalty",
                                                   .presence_penalty = "presence_penalty",
                                                   .repetition_penalty = "repeat_penalty"};

inline constexpr ParameterNames kOllamaNative = {.max_tokens = "num_predict",
                                                 .temperature = "temperature",
                                                 .top_p = "top_p",
                                                 .top_k = "top_k",
                                                 .stop = "stop",
                                                 .seed = "seed",
                                                 .frequency_penalty = "frequency_penalty",
                                                 .presence_penalty = "presence_penalty",
                                                 .repetition_penalty = "repeat_penalty",
                                                 .object = "options"};

inline constexpr ParameterNames kDashscopeNative = {.max_tokens = "max_tokens",
                                                    .temperature = "temperature",
                                                    .top_p = "top_p",
                                                    .top_k = "top_k",
                                                    .stop = "stop",
                                                    .seed = "seed",
                                                    .presence_penalty = "presence_penalty",
                                                    .repetition_penalty = "repetition_penalty",
                                                    .object = "parameters"};

inline constexpr ParameterNames kDashscopeChat = {.max_tokens = "max_tokens",
                                                  .temperature = "temperature",
                                                  .top_p = "top_p",
                                                  .top_k = "top_k",
                                                  .stop = "stop",
                                                  .seed = "seed",
                                                  .presence_penalty = "presence_penalty"};

// Of a custom engine the body says it all; %n in it is max_tokens.
inline constexpr ParameterNames kCustomNames = {.max_tokens = "%n"};

}  // namespace monsoon::parameters
