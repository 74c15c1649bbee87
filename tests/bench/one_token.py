#!/usr/bin/env python3
"""One-token streaming requests in a closed loop: requests a second of one agent core.

    one_token.py [--out DIR] [--runs N] [--first] [--quick]

256 connections, answers of one token after 1 ms, once by the floor client and once by the agent in
each run. Per core: requests over the CPU seconds of the client's process, with the opening of its
connections. Where the mock engine's core is the busier one, requests/s by the clock are its limit,
not the client's. A mock engine that is driven to its limit is late; so nothing is void here.
"""

import sys

import _bench
import _load

STREAMS = 256
REQUESTS = 150_000
LIMIT_PER_CORE = 25_000


def measure(work, cores, agent_first):
    clients = [_load.run_floor, _load.run_agent]
    if agent_first:
        clients.reverse()
    machine = _bench.Machine()
    found = {row["client"]: row for row in (client(work, cores) for client in clients)}
    for row in found.values():
        row["per_s"] = row["ok"] / row["seconds"]
        row["per_core_s"] = row["ok"] / row["cpu_s"]
    return found | {"cpu_ratio": found["floor"]["per_core_s"] / found["agent"]["per_core_s"],
                    "steal": machine.shares()["steal"]}


def print_row(table, number, row):
    for name in ("floor", "agent"):
        r = row[name]
        table.row(number, name, r["ok"], f"{r['per_s']:.0f}", f"{r['per_core_s']:.0f}",
                  f"{r['cpu_s'] / r['seconds']:.0%}", f"{r['mock']['cpu_s'] / r['seconds']:.0%}",
                  f"{row['cpu_ratio']:.2f}" if name == "agent" else "")


def main():
    options = _bench.arguments(__doc__.splitlines()[0])
    cores = _bench.Cores()
    work = _load.Work(STREAMS, REQUESTS // 20 if options.quick else REQUESTS, 1, 1, 1, 100,
                      even=True)
    _bench.begin("one_token", f"{work.requests} requests of one token, {STREAMS} at a time",
                 options, cores)
    table = _bench.Table(("run", 3), ("client", 6), ("ok", 7), ("requests/s", 10),
                         ("per core and s", 14), ("client's core", 13), ("mock's core", 11),
                         ("CPU agent / floor", 17))
    rows = []
    for number in range(1, options.runs + 1):
        rows.append(measure(work, cores, agent_first=number % 2 == 0))
        print_row(table, number, rows[-1])
    targets = [_bench.target("one-token requests per agent core and second",
                             [row["agent"]["per_core_s"] for row in rows], LIMIT_PER_CORE, False,
                             "req/s")]
    problems = [f"{row['agent']['lost']} requests lost" for row in rows if row["agent"]["lost"]]
    return _bench.finish("one_token", options, {
        "rows": rows, "problems": problems, "targets": [] if options.quick else targets})


if __name__ == "__main__":
    sys.exit(main())
