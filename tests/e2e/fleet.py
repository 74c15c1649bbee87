"""What the fleet's tests share: a bad network (tests/tools/relay), agents with clocks of their own,
agents that are killed and started again, and the books: what report, run.db and the mock engine's
log must agree on whatever happened.

    with MockEngine(*QUICK) as mock, FleetAgent() as a, FleetAgent() as b, Relay(b) as way:
        started = self.start_run(fleet_scenario(mock.url, 4000, 8), "--agents", f"{a.address},{way.address}")
        way.tell("hold 1s")
        ...
    check_books(run, mock.truth)
"""

import collections
import os
import signal
import subprocess
import time

import harness
from harness import wait_for
from run_case import LOOSE_VERDICT, NO_PREFLIGHT, scenario

LEASE_S = 2
# About 10 ms a request: a run of some thousand is over in seconds, and prefetch is short beside it.
QUICK = ("--ttft", "6ms", "--itl", "1ms", "--tokens", 5)
# About 0.4 s a request, most of it in flight at any moment.
SLOW = ("--ttft", "20ms", "--itl", "20ms", "--tokens", 20)


def fleet_scenario(url, requests, concurrency, *extra, lease_s=LEASE_S):
    """A closed loop under a short lease; `extra` are more lines of the scenario."""
    lines = "".join(line.rstrip("\n") + "\n" for line in extra)
    return scenario(url, requests, concurrency,
                    LOOSE_VERDICT + NO_PREFLIGHT + f"lease: {lease_s}s\n" + lines)


def open_loop(text, rate, seconds):
    """The same as an open loop of a constant rate."""
    lines = [line for line in text.splitlines()
             if not line.startswith(("concurrency:", "requests:"))]
    return "\n".join(lines + [f"load: {{constant: {rate}/s}}", f"duration: {seconds}s", ""])


class Relay(harness.Daemon):
    """tests/tools/relay before a daemon; tell() steers it (tests/tools/relay/relay_commands.h)."""

    def __init__(self, target, seed=1):
        super().__init__("relay")
        self.target = target
        self.seed = seed

    def _command(self):
        tool = os.path.join(os.path.dirname(harness.BIN), "tests", "tools", "tcp_relay")
        return [tool, "--to", self.target.address, "--seed", str(self.seed),
                "--port-file", self.path("port.txt")]

    def _start(self):
        with open(self.path("stderr"), "wb") as err:
            self.process = subprocess.Popen(self._command(), stdin=subprocess.PIPE,
                                            stdout=subprocess.PIPE, stderr=err, cwd=self.scratch,
                                            text=True)
        self.port = wait_for(self._port_or_death, harness.START_TIMEOUT_S, "the relay to listen")

    def tell(self, *commands):
        """The answer to the last one."""
        for command in commands:
            self.process.stdin.write(command + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline().strip()
            if not answer or answer.startswith("error"):
                raise harness.HarnessError(f"the relay answered '{answer}' to '{command}'")
        return answer

    def status(self):
        """{"accepted": 2, "open": 2, "cuts": 0, "up": bytes, "down": bytes}"""
        return {name: int(value) for name, value in
                (word.split("=") for word in self.tell("status").split())}

    def stop(self, expect_success=True):
        if self.process is not None and not self.process.stdin.closed:
            self.process.stdin.close()
            self.process.stdout.close()
        super().stop(expect_success)


class FleetAgent(harness.Agent):
    """An agent with a spool folder of its own. `offset_s`: its monotonic clock runs so far ahead of
    this machine's (a time namespace: root)."""

    def __init__(self, *flags, offset_s=0, spool=None):
        super().__init__(*flags)
        self.offset_s = offset_s
        self.spool = spool

    def _command(self):
        spool = self.spool or self.path("spool")
        os.makedirs(spool, exist_ok=True)
        command = [*super()._command(), "--spool-dir", spool]
        if self.offset_s:
            command = ["unshare", "--time", "--monotonic", str(self.offset_s),
                       "--boottime", str(self.offset_s), "--", *command]
        return command

    def kill(self):
        """SIGKILL; the moment on this machine's monotonic clock, in ns."""
        self.process.kill()
        at_ns = time.monotonic_ns()
        self.process.wait(harness.STOP_TIMEOUT_S)
        return at_ns

    def start_again(self):
        """A new process on the same port and spool folder, after kill()."""
        os.remove(self.path("port.txt"))
        port = self.port
        with open(self.path("stdout"), "ab") as out, open(self.path("stderr"), "ab") as err:
            command = [f"127.0.0.1:{port}" if word == "127.0.0.1:0" else word
                       for word in self._command()]
            self.process = subprocess.Popen(command, stdout=out, stderr=err,
                                            stdin=subprocess.DEVNULL, cwd=self.scratch)
        wait_for(self._port_or_death, harness.START_TIMEOUT_S, "the agent to be back")

    def __exit__(self, exception_type, exception, traceback):
        killed = self.process is not None and self.process.poll() is not None
        self.stop(expect_success=exception_type is None and not killed)


def has_time_namespaces():
    """Whether this machine lets us give a process a clock of its own."""
    done = subprocess.run(["unshare", "--time", "--monotonic", "1000", "--", "cat", "/proc/uptime"],
                          capture_output=True, check=False)
    return done.returncode == 0


def said(started):
    """What a run that still goes on has written to stderr so far."""
    descriptor = started.err.fileno()
    return os.pread(descriptor, os.fstat(descriptor).st_size, 0).decode("utf-8", errors="replace")


def is_suspected(started, agent):
    """Whether the run has shown by now that it does not hear this agent."""
    return f"agent {agent} is silent" in said(started) or (
        f"agent {agent} is out of reach" in said(started))


def answered(mock):
    """Requests that the mock engine has written into its log so far."""
    with open(mock.path("truth.csv"), encoding="utf-8") as log:
        return max(0, sum(1 for _ in log) - 1)


def truth_so_far(mock):
    """The whole lines of the log of a mock engine that still runs."""
    rows = harness.read_truth(mock.path("truth.csv"))
    return [row for row in rows if None not in row.values()
            and ".preflight." not in row["request_id"]]


def stop_for(process, seconds):
    """SIGSTOP, then SIGCONT; (when it stopped, when it went on), monotonic ns of this machine."""
    process.send_signal(signal.SIGSTOP)
    begin_ns = time.monotonic_ns()
    time.sleep(seconds)
    process.send_signal(signal.SIGCONT)
    return begin_ns, time.monotonic_ns()


# ---- The books ----------------------------------------------------------------------------------

STATES = ("ok", "failed", "cancelled", "not_sent", "lost")


class BrokenBooks(AssertionError):
    """Report, run.db and the engine's log contradict each other."""


def check_books(run, truth):
    """Raises BrokenBooks, or returns {status: requests} over all cases. `truth`: every line of the
    engine's log that belongs to this run."""
    if run.report is None or run.db is None:
        raise BrokenBooks("there is no report: " + run.describe())
    rows = run.requests()
    problems = list(_conservation(run, rows)) + list(_against_engine(rows, truth))
    if problems:
        raise BrokenBooks("\n".join(problems[:20]) + "\n" + run.describe())
    return {state: sum(row["status"] == state for row in rows) for state in STATES}


def _conservation(run, rows):
    for position, case in enumerate(run.report["cases"]):
        counts = case["requests"]
        if counts["planned"] != sum(counts[state] for state in STATES):
            yield f"case {position}: planned is not the sum: {counts}"
        of_case = [row for row in rows if row["case_id"] == position]
        measured = [row for row in of_case if row["phase"] == "measure"]
        for state in STATES:
            stored = sum(row["status"] == state for row in measured)
            if stored != counts[state]:
                yield f"case {position}: {stored} {state} in run.db, {counts[state]} in the report"
        if len({row["request_index"] for row in of_case}) != len(of_case):
            yield f"case {position}: a request has two records"
        told = collections.Counter()  # one that was started again is there twice
        for agent in case["fleet"]["agents"]:
            told[agent["name"]] += agent["lost_requests"]
        for name, count in told.items():
            lost = sum(row["status"] == "lost" and row["agent"] == name for row in of_case)
            if lost != count:
                yield f"case {position}: {lost} lost with {name} in run.db, {count} in the report"
        if counts["failed"] != sum(counts["errors"].values()):
            yield f"case {position}: failed is not the sum of the classes: {counts}"


def _against_engine(rows, truth):
    known = {row["request_id"]: row for row in rows}
    seen = {}
    for line in truth:
        name = line["request_id"]
        if name in seen:
            yield f"{name} reached the engine twice"
        seen[name] = line
        if name not in known:
            yield f"{name} reached the engine, and run.db does not know it"
        elif known[name]["status"] == "not_sent":
            yield f"{name} is not_sent, and reached the engine"
    for name, row in known.items():
        if row["status"] == "ok" and name not in seen:
            yield f"{name} is ok, and the engine never saw it"
        elif row["status"] == "ok" and seen[name]["outcome"] != "ok":
            yield f"{name} is ok, and to the engine it was {seen[name]['outcome']}"
