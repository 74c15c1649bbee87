#!/usr/bin/env python3
"""What one event costs the decoders: runs decoder_bench (tests/bench/decoder_bench.cc).

    decoder.py [--out DIR] [--runs N] [--first] [--quick]

CPU time per token event and bytes a second, minimum / median / maximum over the runs.
"""

import json
import subprocess
import sys

import _bench
import _load


def measure(cores, seconds):
    with _bench.on_core(cores.agent):
        done = subprocess.run(
            [_load.bench_program("decoder_bench"), "--benchmark_format=json",
             f"--benchmark_min_time={seconds}"],
            capture_output=True, text=True, timeout=_load.TIMEOUT_S, check=False)
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    return [read(result) for result in json.loads(done.stdout)["benchmarks"]]


def read(result):
    """One entry of Google Benchmark's JSON, as a row. Its rates are over CPU time."""
    if result.get("error_occurred"):
        raise SystemExit(f"{result['name']}: {result['error_message']}")
    decoder, kind, per_read = result["name"].split("/")
    return {"decoder": decoder, "events": kind, "events_per_read": int(per_read),
            "ns_per_event": 1e9 / result["items_per_second"],
            "bytes_per_s": result["bytes_per_second"]}


def main():
    options = _bench.arguments(__doc__.splitlines()[0])
    cores = _bench.Cores()
    _bench.begin("decoder", "CPU time, minimum / median / maximum", options, cores)
    rows = []
    for number in range(1, options.runs + 1):
        rows += [row | {"run": number} for row in measure(cores, 0.02 if options.quick else 0.5)]
    table = _bench.Table(("decoder", 7), ("events", 9), ("per read", 8), ("ns/event", 26),
                         ("MB/s", 26))
    for key in dict.fromkeys((r["decoder"], r["events"], r["events_per_read"]) for r in rows):
        some = [r for r in rows if (r["decoder"], r["events"], r["events_per_read"]) == key]
        table.row(*key, _bench.spread([r["ns_per_event"] for r in some], 1),
                  _bench.spread([r["bytes_per_s"] / 1e6 for r in some], 0))
    return _bench.finish("decoder", options, {"rows": rows, "problems": [], "targets": []})


if __name__ == "__main__":
    sys.exit(main())
