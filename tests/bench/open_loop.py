#!/usr/bin/env python3
"""Open loop: how late requests are sent, at 100 to 10 000 a second.

    open_loop.py [--out DIR] [--runs N] [--first] [--quick]

Answers of two tokens, the first after 1 ms, at constant intervals and as a Poisson process, by an
agent on one core. Lateness of a request is dispatched - intended, as the report has it. The
achieved rate, in percent of the planned one, is (dispatched requests / planned requests) x (time
from the first intended moment to the last one / time from the first intended moment to the last
dispatch), from run.db: so requests that are not sent and requests that are sent ever later both
lower it. A run in which the mock engine was late is void.
"""

import math
import sys

import _bench
import _load

LAWS = ("constant", "poisson")
RATES = (100, 1000, 5000, 10000)
SECONDS = 5
LIMIT_RATE, LIMIT_LATE_MS, LIMIT_ACHIEVED = 5000, 1.0, 99.9


def achieved_percent(planned, times):
    """`times`: (intended, dispatched) of the requests that were dispatched, in nanoseconds."""
    if len(times) < 2:
        return 0.0
    intended, dispatched = ([t[i] for t in times] for i in (0, 1))
    begin = min(intended)
    return 100 * len(times) / planned * (max(intended) - begin) / (max(dispatched) - begin)


def request_times(run):
    """(intended, dispatched, done) of the requests that were dispatched."""
    return [tuple(row) for row in
            run.db.execute("SELECT intended_ns, dispatched_ns, done_ns FROM requests"
                           " WHERE dispatched_ns IS NOT NULL")]


def busy_seconds(times):
    """From the first dispatch to the last answer's end, which can be long after the last intended
    moment."""
    ends = [done for _, _, done in times if done is not None]
    return (max(ends) - min(dispatched for _, dispatched, _ in times)) / 1e9 if ends else math.nan


def measure(law, rate, seconds, cores):
    # Streams: none of the requests open the load in one burst.
    work = _load.Work(0, 1, 2, 1, 1, 100, even=True)
    times = []
    machine = _bench.Machine()
    row = _load.run_agent(work, cores,
                          load=lambda _: f"load: {{{law}: {rate}/s}}\nduration: {seconds}s",
                          look=lambda run: times.extend(request_times(run)))
    return row | {"law": law, "rate": rate, "void": row["mock"]["late"],
                  "achieved_percent": achieved_percent(row["planned"], [t[:2] for t in times]),
                  "agent_busy": row["cpu_s"] / busy_seconds(times),
                  "steal": machine.shares()["steal"]}


def print_row(table, number, row):
    late, error = row["lateness_ms"], row["error_ms"]["all"]
    table.row(row["law"], row["rate"], number, row["planned"], row["lost"],
              f"{row['achieved_percent']:.3f}",
              f"{late['p50']:.3f} / {late['p99']:.3f} / {late['max']:.3f}",
              f"{error['p50']:.3f} / {error['p99']:.3f}",
              f"{row['agent_busy']:.0%}",
              f"{row['mock']['late_ms']['p99']:.3f}" + ("!" if row["void"] else ""), row["verdict"])
    for reason in row["reasons"]:
        print(f"{'':20}{reason}")


def targets(rows):
    out = []
    for law in LAWS:
        some = [r for r in rows if r["law"] == law and r["rate"] == LIMIT_RATE and not r["void"]]
        name = f"open loop, {law}, {LIMIT_RATE} req/s"
        out.append(_bench.target(f"{name}: lateness p99", [r["lateness_ms"]["p99"] for r in some],
                                 LIMIT_LATE_MS, True, "ms"))
        out.append(_bench.target(f"{name}: achieved rate", [r["achieved_percent"] for r in some],
                                 LIMIT_ACHIEVED, False, "%"))
    return out


def main():
    options = _bench.arguments(__doc__.splitlines()[0])
    cores = _bench.Cores()
    seconds = 1 if options.quick else SECONDS
    _bench.begin("open_loop", f"{seconds} s each; times in ms, '!' marks a mock engine that was "
                 "late itself", options, cores)
    table = _bench.Table(("law", 8), ("rate/s", 6), ("run", 3), ("planned", 7), ("lost", 5),
                         ("achieved %", 10), ("lateness p50 / p99 / max", 24),
                         ("error p50 / p99", 17), ("agent's core", 12), ("mock late", 9),
                         ("verdict", 10))
    rows = []
    for rate in RATES:
        for law in LAWS:
            for number in range(1, options.runs + 1):
                rows.append(measure(law, rate, seconds, cores))
                print_row(table, number, rows[-1])
    problems = [f"{row['law']} {row['rate']}/s: {row['lost']} requests lost" for row in rows
                if row["lost"]]
    return _bench.finish("open_loop", options, {
        "rows": rows, "problems": problems, "targets": [] if options.quick else targets(rows)})


if __name__ == "__main__":
    sys.exit(main())
