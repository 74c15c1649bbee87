#!/usr/bin/env python3
"""Many agents on one controller: its CPU seconds, memory and time.

    many_agents.py [--out DIR] [--runs N] [--first] [--quick]

10 000 requests at concurrency 512 through 32 agents, all on this machine with the mock engine, so the
wall time says what the machine has to do, and the controller's CPU and memory what 32 agents cost it.
Answers are of 16 tokens, 10 ms apart, after 50 ms.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
import time

import _bench
import _load
import harness

AGENTS = 32
REQUESTS = 10_000
CONCURRENCY = 512
ENGINE = ("--ttft", "50ms", "--itl", "10ms", "--tokens", 16)
LIMIT_CPU_S = 5.0
LIMIT_MIB = 256


class Unpinned:
    """In the place of _bench.Cores: 34 processes share what there is."""

    @staticmethod
    def describe():
        return "nothing"


def measure(agents, requests):
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        mock = stack.enter_context(harness.MockEngine(*ENGINE))
        started = [stack.enter_context(harness.Agent("--threads", 1)) for _ in range(agents)]
        work = _load.Work(CONCURRENCY, requests, 16, 50, 10, 200, even=True)
        scenario = os.path.join(folder, "bench.yaml")
        with open(scenario, "w", encoding="utf-8") as file:
            file.write(_load.SCENARIO.format(prompts=work.write_prompts(folder), url=mock.url,
                                             max_tokens=16, load=_load.closed_loop(work)))
        run, usage, seconds = run_controller(scenario, started, folder)
        case = run.report["cases"][0]
        run.db.close()
        mock.stop()
    cpu_s = usage.ru_utime + usage.ru_stime
    return {"agents": agents, "ok": case["requests"]["ok"], "planned": case["requests"]["planned"],
            "seconds": seconds, "window_s": case["window_s"], "cpu_s": cpu_s,
            "cpu_share": cpu_s / seconds, "rss_mib": usage.ru_maxrss / 1024,
            "agents_cpu_s": sum(agent["cpu_s"] for agent in case["agents"]),
            "verdict": case["verdict"], "seen_twice": len(mock.truth) - len(
                {row["request_id"] for row in mock.truth})}


def run_controller(scenario, agents, folder):
    """(the Run, the process's own rusage, wall seconds)"""
    command = [harness.program("controller"), "run", scenario, "--quiet", "--out",
               os.path.join(folder, "run"), "--agents", ",".join(a.address for a in agents)]
    paths = [os.path.join(folder, name) for name in ("out.txt", "err.txt")]
    begin_s = time.monotonic()
    with open(paths[0], "wb") as out, open(paths[1], "wb") as err:
        process = subprocess.Popen(command, stdout=out, stderr=err, stdin=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - begin_s
    texts = []
    for path in paths:
        with open(path, encoding="utf-8", errors="replace") as file:
            texts.append(file.read())
    run = harness.Run(process.returncode, *texts, os.path.join(folder, "run"))
    if run.report is None or run.db is None:
        raise harness.HarnessError(run.describe())
    return run, usage, seconds


def main():
    options = _bench.arguments(__doc__.splitlines()[0])
    requests = REQUESTS // 10 if options.quick else REQUESTS
    _bench.begin("many_agents", f"{requests} requests, {CONCURRENCY} at a time, over {AGENTS} "
                 "agents", options, Unpinned())
    table = _bench.Table(("run", 3), ("agents", 6), ("ok", 6), ("seconds", 8), ("window s", 8),
                         ("controller CPU s", 16), ("share of a core", 15), ("peak MiB", 8),
                         ("agents' CPU s", 13), ("verdict", 10))
    rows = []
    for number in range(1, options.runs + 1):
        for agents in (1, AGENTS):
            row = measure(agents, requests)
            rows.append(row)
            table.row(number, agents, row["ok"], f"{row['seconds']:.1f}", f"{row['window_s']:.1f}",
                      f"{row['cpu_s']:.2f}", f"{row['cpu_share']:.0%}", f"{row['rss_mib']:.0f}",
                      f"{row['agents_cpu_s']:.1f}", row["verdict"])
    many = [row for row in rows if row["agents"] == AGENTS]
    targets = [_bench.target(f"CPU of the controller of {AGENTS} agents, {requests} requests",
                             [row["cpu_s"] for row in many], LIMIT_CPU_S, True, "s"),
               _bench.target(f"memory of the controller of {AGENTS} agents",
                             [row["rss_mib"] for row in many], LIMIT_MIB, True, "MiB")]
    problems = [f"{row['planned'] - row['ok']} requests of {row['agents']} agents are not ok"
                for row in rows if row["ok"] != row["planned"]]
    problems += [f"{row['seen_twice']} requests were sent twice" for row in rows if row["seen_twice"]]
    return _bench.finish("many_agents", options, {
        "rows": rows, "problems": problems, "targets": [] if options.quick else targets})


if __name__ == "__main__":
    sys.exit(main())
