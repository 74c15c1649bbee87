#!/usr/bin/env python3
"""How many events a second one core of the mock engine sends, and how late it is at that.

    mock_rate.py [--out DIR] [--runs N] [--first]

The reader is build/bench/drain (tests/bench/drain.cc), which counts events and decodes nothing, on a
core of its own. Each row asks for so many events a second (1000 streams / ITL); the last asks for
more than a core can send, and so shows the limit. Lateness is the mock engine's own account, of the
whole run with the opening of all streams. Writes mock_rate.json.
"""

import json
import os
import subprocess
import sys

import _bench
import harness

STREAMS = 1000
ITLS_MS = (20, 7, 2)
SECONDS = 5
WANTED_PER_S = 140_000  # on one core; the row of 7 ms asks for 142 857

COLUMNS = (("asked/s", 8), ("run", 3), ("sent/s", 8), ("mock's CPU s", 12),
           ("events per CPU s", 16), ("late p50", 9), ("late p99", 9), ("late max", 9),
           ("drain's core", 12), ("steal", 6))


def drain_program():
    path = os.path.join(os.path.dirname(harness.BIN), "bench", "drain")
    if not os.access(path, os.X_OK):
        sys.exit(f"{path} is missing: build it with ./dev build")
    return path


def measure(itl_ms, cores):
    drain_core, mock_core = cores or (None, None)
    machine = _bench.Machine()
    with _bench.on_core(mock_core):
        mock = harness.MockEngine("--ttft", "20ms", "--itl", f"{itl_ms}ms",
                                  "--tokens", 1_000_000_000)
        with mock:
            with _bench.on_core(drain_core):
                done = subprocess.run(
                    [drain_program(), "--port", str(mock.port), "--streams", str(STREAMS),
                     "--seconds", str(SECONDS)],
                    capture_output=True, text=True, timeout=120, check=False)
            if done.returncode != 0:
                sys.exit(done.stderr)
    seen = json.loads(done.stdout)
    late_ms = {name: ns / 1e6 for name, ns in mock.summary["lateness_ns"].items()}
    return {"asked_per_s": STREAMS / itl_ms * 1e3, "sent_per_s": seen["events_per_s"],
            "mock_cpu_s": mock.summary["cpu_s"],
            "events_per_cpu_s": mock.summary["events"] / mock.summary["cpu_s"],
            "lateness_ms": late_ms, "drain_busy": seen["cpu_s"] / seen["seconds"],
            "machine_steal": machine.shares()["steal"]}


def print_line(cells):
    print("  ".join(f"{cell:>{width}}" for cell, (_, width) in zip(cells, COLUMNS)), flush=True)


def print_row(number, r):
    late = r["lateness_ms"]
    print_line([f"{r['asked_per_s']:.0f}", number, f"{r['sent_per_s']:.0f}",
                f"{r['mock_cpu_s']:.2f}", f"{r['events_per_cpu_s']:.0f}",
                *(f"{late[p]:.3f}" for p in ("p50", "p99", "max")),
                f"{r['drain_busy']:.0%}", f"{r['machine_steal']:.1%}"])


def main():
    options = _bench.arguments(__doc__.splitlines()[0])
    cores = _bench.two_cores()
    print(f"mock_rate: {STREAMS} streams, one event loop, {SECONDS} s each; lateness in ms")
    _bench.describe(cores and f"drain on core {cores[0]}, mock engine on core {cores[1]}")
    print_line([name for name, _ in COLUMNS])
    rows = []
    for itl_ms in ITLS_MS:
        some = [measure(itl_ms, cores) for _ in range(options.runs)]
        for number, result in enumerate(some, 1):
            print_row(number, result)
        print(f"  sent/s, minimum / median / maximum: "
              f"{_bench.spread([r['sent_per_s'] for r in some], 0)}")
        rows += some
    _bench.write_json(options.out, "mock_rate.json", {"runs": rows})
    best = max(r["sent_per_s"] for r in rows)
    print(f"most: {best:.0f} events/s on one core; wanted: {WANTED_PER_S}")
    return 0 if best >= WANTED_PER_S else 1


if __name__ == "__main__":
    sys.exit(main())
