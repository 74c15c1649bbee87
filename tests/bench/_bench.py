"""What the benches share: their arguments, cores and priorities, tables, targets and results.

Standard library only; the processes come from tests/e2e/harness.py. Every bench is a program of its
own, prints its tables and writes OUT/<name>.json; bench.py runs them all and merges these files.
"""

import argparse
import contextlib
import json
import math
import os
import statistics
import sys

sys.dont_write_bytecode = True
ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
sys.path.insert(0, os.path.join(ROOT, "tests", "e2e"))

# Beyond this, the mock engine itself was late (p99), and a run shows nothing about its client.
MOCK_LATE_LIMIT_MS = 1.0

_first = False  # whether --first was given


def parser_for(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--out", default=os.path.join(ROOT, "build", "bench", "results"),
                        help="folder for the results (default: build/bench/results)")
    parser.add_argument("--runs", type=int, default=3, help="runs of each row (default: 3)")
    parser.add_argument("--first", action="store_true",
                        help="run the programs before all others (SCHED_RR; root), for a machine "
                             "that is not idle")
    parser.add_argument("--quick", action="store_true",
                        help="a small part of the work, to see that everything runs: its numbers "
                             "mean nothing")
    return parser


def arguments(description):
    """The options that every bench takes."""
    global _first  # of the process, as its priority is
    parser = parser_for(description)
    options = parser.parse_args()
    check(parser, options)
    if options.first:
        try:
            set_priority(1)
        except OSError as error:
            parser.error(f"--first: {error.strerror}")
    _first = options.first
    return options


def check(parser, options):
    if options.runs < 1:
        parser.error("--runs: at least 1")
    os.makedirs(options.out, exist_ok=True)


# ---- Cores and priorities -----------------------------------------------------------------------


class Cores:
    """Which core runs what: `agent`, `mock` and `rest` (the controller, hogs' parent, ...). None
    means anywhere: a machine of one core."""

    def __init__(self, usable=None, siblings=None):
        cores = one_thread_of_each(sorted(usable or os.sched_getaffinity(0)),
                                   siblings or read_siblings)
        self.agent = cores[0] if len(cores) > 1 else None
        self.mock = cores[-1] if len(cores) > 1 else None
        self.rest = cores[1] if len(cores) > 2 else self.mock

    def describe(self):
        if self.agent is None:
            return "nothing"
        rest = ("which the controller shares" if self.rest == self.mock
                else f"controller on core {self.rest}")
        return (f"agent and floor client on core {self.agent}, mock engine on core {self.mock}, "
                f"{rest}")


def two_cores():
    """One core for a client, one for all else; None when there is only one."""
    cores = Cores()
    return None if cores.agent is None else (cores.agent, cores.mock)


def read_siblings(core):
    path = f"/sys/devices/system/cpu/cpu{core}/topology/thread_siblings_list"
    try:
        with open(path, encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return str(core)


def one_thread_of_each(cores, siblings):
    """Of the hardware threads that share a core, the first; all of them where that leaves one."""
    firsts = {}
    for core in cores:
        firsts.setdefault(siblings(core), core)
    return sorted(firsts.values()) if len(firsts) > 1 else cores


@contextlib.contextmanager
def on_core(core):
    """What is started inside stays on this core, with all its threads. None: anywhere."""
    before = os.sched_getaffinity(0)
    if core is not None:
        os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def set_priority(level):
    """0: as any program. Above: before all of these (SCHED_RR), inherited by what is started."""
    policy = os.SCHED_RR if level else os.SCHED_OTHER
    os.sched_setscheduler(0, policy, os.sched_param(level))


@contextlib.contextmanager
def priority(level):
    """What is started inside has this priority, if --first was given; else nothing changes."""
    before = os.sched_getparam(0).sched_priority
    if _first:
        set_priority(level)
    try:
        yield
    finally:
        if _first:
            set_priority(before)


class Machine:
    """What the cores did between construction and shares(): busy at all, and stolen by the host."""

    def __init__(self):
        self._before = self._ticks()

    @staticmethod
    def _ticks():
        with open("/proc/stat", encoding="ascii") as file:
            user, nice, system, idle, iowait, irq, softirq, steal = map(
                int, file.readline().split()[1:9])
        busy = user + nice + system + irq + softirq
        return {"busy": busy, "steal": steal, "all": busy + idle + iowait + steal}

    def shares(self):
        now = self._ticks()
        span = max(1, now["all"] - self._before["all"])
        return {name: (now[name] - self._before[name]) / span for name in ("busy", "steal")}


# ---- Output -------------------------------------------------------------------------------------


class Table:
    """Prints rows under a heading, right-aligned, each as soon as it is known."""

    def __init__(self, *columns):
        self._widths = [max(len(name), width) for name, width in columns]
        self.row(*(name for name, _ in columns))

    def row(self, *cells):
        print("  ".join(f"{cell!s:>{width}}" for cell, width in zip(cells, self._widths)),
              flush=True)


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return "unknown processor"


def describe(pins):
    print(f"machine: {len(os.sched_getaffinity(0))} cores, {processor()}; load average "
          f"{' '.join(f'{x:.2f}' for x in os.getloadavg())} at the start")
    if os.sched_getscheduler(0) == os.SCHED_RR:
        print("scheduled before all other programs (SCHED_RR)")
    print(f"pinned: {pins}" if two_cores() else "one core only: nothing is pinned")


def begin(name, what, options, cores):
    print(f"{name}: {what}")
    describe(cores.describe())
    if options.quick:
        print("--quick: a part of the work; the numbers mean nothing")


def extent(values):
    """min, median and max as a mapping; None of nothing."""
    values = [v for v in values if v is not None]
    if not values:
        return None
    return {"min": min(values), "median": statistics.median(values), "max": max(values)}


def spread(values, digits):
    """minimum / median / maximum in one cell"""
    known = extent(values)
    if known is None:
        return "-"
    return " / ".join(f"{known[k]:.{digits}f}" for k in ("min", "median", "max"))


def target(what, values, limit, at_most, unit):
    """One row of the table of targets: the median of `values` against `limit`. Without a value
    (every run is void), or with a run that could not be measured, nothing is shown, so it is not
    met."""
    known = extent(values)
    shown = known is not None and not any(math.isnan(value) for value in values)
    met = shown and (known["median"] <= limit if at_most else known["median"] >= limit)
    return {"what": what, "limit": f"{'<=' if at_most else '>='} {limit:g} {unit}".strip(),
            "measured": known, "met": met}


def print_targets(targets):
    if not targets:
        return
    width = max(len(t["what"]) for t in targets)
    limit_width = max(len(t["limit"]) for t in targets)
    for t in targets:
        known = t["measured"]
        measured = ("void" if known is None else
                    " / ".join("-" if known[k] is None else f"{known[k]:.4g}"
                               for k in ("min", "median", "max")))
        print(f"  {'met   ' if t['met'] else 'MISSED'}  {t['what']:<{width}}  "
              f"{t['limit']:<{limit_width}}  {measured}")


def finish(name, options, result):
    """Prints the targets, writes OUT/<name>.json and returns the exit status."""
    print_targets(result["targets"])
    for problem in result["problems"]:
        print(f"PROBLEM: {problem}")
    write_json(options.out, name + ".json", result)
    return 1 if result["problems"] or not all(t["met"] for t in result["targets"]) else 0


def finite(content):
    """`content` with null for every number that JSON does not have."""
    if isinstance(content, dict):
        return {key: finite(value) for key, value in content.items()}
    if isinstance(content, list):
        return [finite(value) for value in content]
    return None if isinstance(content, float) and not math.isfinite(content) else content


def write_json(folder, name, content):
    path = os.path.join(folder, name)
    with open(path + ".tmp", "w", encoding="utf-8") as file:
        json.dump(finite(content), file, indent=2, allow_nan=False)
        file.write("\n")
    os.replace(path + ".tmp", path)
    print(f"written: {os.path.relpath(path)}")
