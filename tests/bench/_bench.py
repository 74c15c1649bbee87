"""What the benches share: their arguments, pinning, and what the machine did meanwhile.

Standard library only; the processes come from tests/e2e/harness.py.
"""

import argparse
import contextlib
import json
import os
import statistics
import sys

sys.dont_write_bytecode = True
ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
sys.path.insert(0, os.path.join(ROOT, "tests", "e2e"))


def arguments(description):
    """./dev bench gives every bench the same ones."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--out", default=os.path.join(ROOT, "build", "bench"),
                        help="folder for the results (default: build/bench)")
    parser.add_argument("--runs", type=int, default=3, help="runs of each row (default: 3)")
    parser.add_argument("--first", action="store_true",
                        help="run the programs before all others (SCHED_RR; root), for a machine "
                             "that is not idle")
    options = parser.parse_args()
    if options.runs < 1:
        parser.error("--runs: at least 1")
    if options.first:
        try:
            # Inherited by what is started. Niceness would only count within this terminal's group.
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
        except OSError as error:
            parser.error(f"--first: {error.strerror}")
    os.makedirs(options.out, exist_ok=True)
    return options


def two_cores():
    """The first and the last core that this process may use, or None when there is only one."""
    cores = sorted(os.sched_getaffinity(0))
    return (cores[0], cores[-1]) if len(cores) > 1 else None


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


def describe(pins):
    model = "unknown processor"
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    print(f"machine: {os.cpu_count()} cores, {model}; load average "
          f"{' '.join(f'{x:.2f}' for x in os.getloadavg())} at the start")
    if os.sched_getscheduler(0) == os.SCHED_RR:
        print("scheduled before all other programs (SCHED_RR)")
    print(f"pinned: {pins}" if two_cores() else "one core only: nothing is pinned")


def spread(values, digits):
    """minimum, median and maximum in one cell"""
    return " / ".join(f"{x:.{digits}f}"
                      for x in (min(values), statistics.median(values), max(values)))


def write_json(folder, name, content):
    path = os.path.join(folder, name)
    with open(path + ".tmp", "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2)
        file.write("\n")
    os.replace(path + ".tmp", path)
    print(f"written: {os.path.relpath(path)}")
