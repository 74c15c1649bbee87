"""Runs one tool as a process, with a time limit, and says what it cost: every process of it.

The tool's processes are those below this one, but for the mock engine. Orphans of the tool become
our children (PR_SET_CHILD_SUBREAPER), so that they are counted and ended too, each by its own id.
"""

import ctypes
import os
import signal
import subprocess
import time

import _bench

PR_SET_CHILD_SUBREAPER = 36
SAMPLE_EVERY_S = 0.5
END_TIMEOUT_S = 10
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class ClientRun:
    """status: exit status, or None when the limit passed; output: both streams as text; wall_s;
    cpu_s: of all processes, whole life; samples: (CLOCK_MONOTONIC s, CPU s so far)."""

    def __init__(self):
        self.status = None
        self.output = ""
        self.wall_s = 0.0
        self.cpu_s = 0.0
        self.samples = []

    def cpu_between_s(self, begin_ns, end_ns):
        """CPU in a span of time, interpolated between samples: good to about half a second's."""
        return self._cpu_at_s(end_ns / 1e9) - self._cpu_at_s(begin_ns / 1e9)

    def _cpu_at_s(self, when_s):
        before = (0.0, 0.0)
        for sample in self.samples:
            if sample[0] >= when_s:
                share = (when_s - before[0]) / max(1e-9, sample[0] - before[0])
                return before[1] + share * (sample[1] - before[1])
            before = sample
        return before[1]


def run(command, environment, folder, limit_s, not_ours, cores):
    """Runs `command` in `folder`. `not_ours`: ids of children that are no part of the client.
    `cores`: (the client's, ours while we wait), each None for any."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")
    result = ClientRun()
    log = os.path.join(folder, "output.txt")
    begin_s = time.monotonic()
    result.samples.append((begin_s, 0.0))
    with open(log, "wb") as out, _bench.on_core(cores[0]):
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                   cwd=folder, env={**os.environ, **environment})
    try:
        with _bench.on_core(cores[1]):
            reaped = _wait(process.pid, begin_s + limit_s, not_ours, result)
    except BaseException:
        process.kill()
        process.wait()
        _end_orphans(not_ours)
        raise
    result.wall_s = time.monotonic() - begin_s
    if reaped is None:
        process.kill()
        reaped = os.wait4(process.pid, 0)
    else:
        result.status = os.waitstatus_to_exitcode(reaped[1])
    process.returncode = os.waitstatus_to_exitcode(reaped[1])  # or Popen would wait for it again
    result.cpu_s = _cpu_s(reaped[2]) + _end_orphans(not_ours)
    result.samples.append((begin_s + result.wall_s, max(result.cpu_s, result.samples[-1][1])))
    with open(log, encoding="utf-8", errors="replace") as file:
        result.output = file.read()
    return result


def _wait(pid, deadline_s, not_ours, result):
    """What wait4() said, or None at the deadline. Samples the CPU meanwhile, at idle priority: the
    mock engine on the same core must not wait for that."""
    before = os.sched_getscheduler(0), os.sched_getparam(0)
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    try:
        next_sample_s = 0.0
        while True:
            reaped = os.wait4(pid, os.WNOHANG)
            if reaped[0]:
                return reaped
            now_s = time.monotonic()
            if now_s > deadline_s:
                return None
            if now_s >= next_sample_s:
                cpu_s = sum(_processes(not_ours).values())
                result.samples.append((now_s, max(cpu_s, result.samples[-1][1])))
                next_sample_s = now_s + SAMPLE_EVERY_S
            time.sleep(0.02)
    finally:
        os.sched_setscheduler(0, *before)


def _cpu_s(usage):
    return usage.ru_utime + usage.ru_stime


def _processes(not_ours):
    """CPU seconds, with those of reaped children, of every process below this one, by id."""
    parents, cpu_s = {}, {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", "rb") as file:
                fields = file.read().rsplit(b")", 1)[1].split()  # from the third field on
        except OSError:
            continue  # it ended meanwhile
        parents[int(name)] = int(fields[1])
        cpu_s[int(name)] = sum(map(int, fields[11:15])) / TICKS_PER_S
    found, me = {}, os.getpid()
    for pid in parents:
        ancestor, steps = pid, 0
        while ancestor in parents and parents[ancestor] != me and steps < 64:
            ancestor, steps = parents[ancestor], steps + 1
        if parents.get(ancestor) == me and ancestor not in not_ours:
            found[pid] = cpu_s[pid]
    return found


def _end_orphans(not_ours):
    """Ends what the tool left behind; returns its CPU seconds."""
    total_s, deadline_s = 0.0, time.monotonic() + END_TIMEOUT_S
    left = _processes(not_ours)
    while left and time.monotonic() < deadline_s:
        patient = time.monotonic() < deadline_s - END_TIMEOUT_S / 2
        for pid in left:
            try:
                os.kill(pid, signal.SIGTERM if patient else signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.1)
        for pid in left:
            try:
                reaped = os.wait4(pid, os.WNOHANG)
            except ChildProcessError:
                continue  # its own parent has to reap it, or has
            if reaped[0]:
                total_s += _cpu_s(reaped[2])
        left = _processes(not_ours)
    return total_s
