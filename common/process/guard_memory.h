// GuardMemory: keeps what is in this process's memory (API keys, private keys, prompts) from the
// user's other processes and off the disk. Called first of all by each program's main.
//
// The process becomes "not dumpable" (prctl(2), PR_SET_DUMPABLE): the kernel writes no core file of
// it, and only root (CAP_SYS_PTRACE) can attach a debugger or read its memory and environment under
// /proc. That covers every copy of a secret, also those in buffers of gRPC, curl and OpenSSL, which
// MADV_DONTDUMP on pages of our own would not. The limit of core files is set to 0 besides, for
// systems that hand cores to a program all the same (fs.suid_dumpable = 2): systemd-coredump then
// keeps none. The first does not outlive an exec, so a child is told by its own main.
#pragma once

#include <sys/prctl.h>
#include <sys/resource.h>

namespace monsoon {

inline void GuardMemory() {
  prctl(PR_SET_DUMPABLE, 0);
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  setrlimit(RLIMIT_CORE, &none);
}

}  // namespace monsoon
