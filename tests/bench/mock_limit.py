#!/usr/bin/env python3
"""What one core of the mock engine can do, and how late it is at that: is it good enough a judge?

    mock_limit.py [--out DIR] [--runs N] [--first] [--quick]

The client is floor_client on another core. Streams at rising rates of events, 10 000 connections,
and requests of one token; the last row of streams asks for more than a core can send, and so shows
the limit. Lateness is the mock engine's own account of the whole run.
"""

import sys

import _bench
import _load

# name, streams, requests, tokens, ms between tokens, one script for all
ROWS = (("50 000 events/s", 1000, 2000, 150, 20, False),
        ("100 000 events/s", 1000, 4000, 100, 10, False),
        ("142 857 events/s", 1000, 4000, 150, 7, False),
        ("500 000 events/s", 1000, 4000, 300, 2, False),
        ("10 000 connections", 10000, 20000, 50, 100, False),
        ("one-token requests", 256, 200_000, 1, 1, True))
JUDGE, ONE_TOKEN = ROWS[1][0], ROWS[-1][0]
LIMIT_REQUESTS_PER_S = 25_000


def measure(name, work, cores):
    machine = _bench.Machine()
    row = _load.run_floor(work, cores)
    return row | {"name": name, "events_per_s": row["mock"]["events"] / row["seconds"],
                  "requests_per_s": row["ok"] / row["seconds"],
                  "steal": machine.shares()["steal"]}


def main():
    options = _bench.arguments(__doc__.splitlines()[0])
    cores = _bench.Cores()
    _bench.begin("mock_limit", "lateness in ms", options, cores)
    table = _bench.Table(("asked", 18), ("run", 3), ("events/s", 8), ("requests/s", 10),
                         ("late p50 / p99 / max", 24), ("mock's core", 11), ("floor's core", 12))
    rows = []
    for name, streams, requests, tokens, itl_ms, even in ROWS:
        if options.quick:
            streams, requests, tokens = streams // 20 or 1, requests // 20, min(tokens, 20)
        work = _load.Work(streams, requests, tokens, 1 if even else 50, itl_ms, 100, even)
        for number in range(1, options.runs + 1):
            row = measure(name, work, cores)
            rows.append(row)
            late = row["mock"]["late_ms"]
            table.row(name, number, f"{row['events_per_s']:.0f}", f"{row['requests_per_s']:.0f}",
                      f"{late['p50']:.3f} / {late['p99']:.3f} / {late['max']:.3f}",
                      f"{row['mock']['cpu_s'] / row['seconds']:.0%}",
                      f"{row['cpu_load_s'] / row['seconds']:.0%}")
    targets = [
        _bench.target(f"mock engine, {JUDGE}: lateness p99",
                      [r["mock"]["late_ms"]["p99"] for r in rows if r["name"] == JUDGE],
                      _bench.MOCK_LATE_LIMIT_MS, True, "ms"),
        _bench.target("mock engine, one-token requests",
                      [r["requests_per_s"] for r in rows if r["name"] == ONE_TOKEN],
                      LIMIT_REQUESTS_PER_S, False, "req/s")]
    return _bench.finish("mock_limit", options, {
        "rows": rows, "problems": [], "targets": [] if options.quick else targets})


if __name__ == "__main__":
    sys.exit(main())
