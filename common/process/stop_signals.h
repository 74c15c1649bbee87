// StopSignals: what asks a program of ours to stop in order: Ctrl-C, a service manager, and the end
// of the terminal or ssh session that it was started from.
//
// To be blocked before any thread exists, so that only sigwait(3) and its kin see them.
#pragma once

#include <signal.h>

namespace monsoon {

// SIGINT, SIGTERM, and SIGHUP unless it is ignored: nohup(1) says with that that the program is to
// outlive its terminal. (A blocked signal would be queued all the same.)
inline sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  struct sigaction hangup {};
  if (sigaction(SIGHUP, nullptr, &hangup) == 0 && hangup.sa_handler != SIG_IGN) {
    sigaddset(&signals, SIGHUP);
  }
  return signals;
}

}  // namespace monsoon
