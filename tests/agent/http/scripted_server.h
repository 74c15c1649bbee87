// A server whose every byte a test decides: it accepts when it is told to, writes what it is given,
// and closes or resets when asked. No thread: the test calls it between turns of the client's loop.
// All sockets are non-blocking and on loopback.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "agent/io/http/unique_fd.h"

namespace monsoon {

class ScriptedServer {
 public:
  ScriptedServer();

  std::string address() const;  // "127.0.0.1:40000"

  // Takes what clients have opened since; the number of connections taken so far.
  size_t Accept();
  // Everything that connection `index` (in the order of Accept) has brought so far.
  const std::string& Received(size_t index);
  // The client has closed its side, or reset it.
  bool ClientLeft(size_t index);
  void Write(size_t index, std::string_view bytes);
  void Close(size_t index);
  // Will write no more, and still reads.
  void CloseHalf(size_t index);
  // With a RST instead of an orderly end.
  void Reset(size_t index);

 private:
  struct Peer {
    UniqueFd socket;
    std::string received;
    bool left = false;
  };

  void Drain(Peer& peer);

  UniqueFd listener_;
  int port_ = 0;
  std::vector<Peer> peers_;
};

}  // namespace monsoon
