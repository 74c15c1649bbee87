// A read that knows when its bytes arrived: by the kernel's receive stamp (SO_TIMESTAMPING), so
// that the time a request waits in the socket counts as the engine's, as it would for its users.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace monsoon::mock_engine {

// Switches the stamps of `socket` on.
void AskForReceiveStamps(int socket);

// Like recv(2). Sets `received_ns` (CLOCK_MONOTONIC) to the arrival of the last byte read, or to
// now where the kernel does not tell.
ssize_t ReadStamped(int socket, char* data, size_t size, int64_t* received_ns);

}  // namespace monsoon::mock_engine
