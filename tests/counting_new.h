// Counts the allocations of a whole program: tests/counting_new.cc, to be listed among the sources
// of a test that is a binary of its own, replaces the global operator new. Under a sanitizer, which
// brings its own allocator, nothing is replaced and MONSOON_SANITIZED is defined: such a test says
// so and skips. Each thread counts its own.
#pragma once

#include <cstdint>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MONSOON_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define MONSOON_SANITIZED 1
#endif
#endif

namespace monsoon {

// Calls of any operator new by this thread since its start.
int64_t Allocations();

}  // namespace monsoon
