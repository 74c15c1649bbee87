// The text that `cache_bust: true` puts before a prompt, so that no two requests of a run begin
// alike and no prefix cache of the engine can help. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace monsoon {

// "[3f9c2a71b04e] ": 12 hexadecimal digits in brackets and a space, 15 bytes whatever the request,
// so that every prompt grows by the same amount. A pure function of its arguments: agents need no
// agreement. Unique in a run by construction for case_index < 4096 and request_index < 2^36 (a
// bijection of the 48 bits, keyed by the run); between runs, and beyond that, by chance (2^-48).
std::string CacheBustPrefix(std::string_view run_id, int32_t case_index, uint64_t request_index);

}  // namespace monsoon
