// DecoderScratch: working memory of response decoders. What it holds is only needed while one call
// of a decoder lasts, so that all decoders of a thread share one: thousands of streams need the
// memory once, and it stays in the processor's caches.
//
// Belongs to one thread; outlives the decoders.
#pragma once

#include "agent/core/engine/json_event.h"

namespace monsoon {

struct DecoderScratch {
  JsonEvent json;
};

}  // namespace monsoon
