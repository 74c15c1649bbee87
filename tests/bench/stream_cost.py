#!/usr/bin/env python3
"""CPU per event and timing error at 1 to 10 000 streams: the agent beside a bare epoll client.

    stream_cost.py [--out DIR] [--runs N] [--first] [--quick]

Each run does the same work twice, in turn: once by floor_client (tests/bench/floor_client.cc), once
by the agent under the controller. CPU is user and system time of the client's whole process, from
before it opens its connections to the end of the load, over the token events that the mock engine
sent. The timing error of a request is |reported TTFT from `sent` - the log's|; "later" leaves out
the request that opened each stream. RSS per stream is the agent's peak less its size when idle and
less one prompt for each stream. A run in which the mock engine was late under either client is
void.
"""

import sys

import _bench
import _load

# streams, answers per stream, mean tokens, ms between tokens, TTFT in ms; at most 100 000 events a
# second. With a TTFT of 50 ms the first answers of thousands of streams would be due while the
# mock engine's core still reads the last requests, and it would be late itself.
ROWS = ((1, 5, 100, 10, 50), (128, 4, 100, 10, 50), (1000, 4, 100, 10, 50), (4000, 3, 40, 50, 500),
        (10000, 3, 35, 100, 1000))
PROMPT_BYTES = 1024
CPU_RATIO_LIMIT = 1.5
ERROR_BEYOND_LIMIT_MS = {"p50": 0.2, "p99": 1.0}
RSS_LIMIT_KIB = 24


def works(quick):
    for streams, answers, tokens, itl_ms, ttft_ms in ROWS:
        if quick:
            streams, answers, tokens = max(1, streams // 20), 2, 20
        yield _load.Work(streams, streams * answers, tokens, ttft_ms, itl_ms, PROMPT_BYTES)


def measure(work, cores, agent_first):
    """One run, as a row of the JSON file."""
    clients = [_load.run_floor, _load.run_agent]
    if agent_first:
        clients.reverse()
    machine = _bench.Machine()
    found = {row["client"]: row for row in (client(work, cores) for client in clients)}
    return compare(work, found["floor"], found["agent"]) | {"steal": machine.shares()["steal"]}


def compare(work, floor, agent):
    for row in (floor, agent):
        row["cpu_us_per_event"] = row["cpu_s"] / row["mock"]["events"] * 1e6
        row["events_per_s"] = row["mock"]["events"] / row["seconds"]
    beyond = agent["rss_load_bytes"] - agent["rss_base_bytes"]
    return {
        "streams": work.streams, "requests": work.requests, "floor": floor, "agent": agent,
        "cpu_ratio": agent["cpu_us_per_event"] / floor["cpu_us_per_event"],
        "error_beyond_ms": {p: agent["error_ms"]["all"][p] - floor["error_ms"]["all"][p]
                            for p in ("p50", "p99")},
        "rss_per_stream_bytes": beyond / work.streams - work.prompt_bytes,
        "void": floor["mock"]["late"] or agent["mock"]["late"],
    }


def print_row(table, number, row):
    for name in ("floor", "agent"):
        r = row[name]
        later = r["error_ms"]["later"]
        everything = r["error_ms"]["all"]
        is_agent = name == "agent"
        table.row(row["streams"], number, name, r["ok"], f"{r['events_per_s']:.0f}",
                  f"{r['cpu_us_per_event']:.2f}", f"{row['cpu_ratio']:.2f}" if is_agent else "",
                  f"{everything['p50']:.3f} / {everything['p99']:.3f}",
                  f"{later['p50']:.3f} / {later['p99']:.3f}",
                  f"{row['rss_per_stream_bytes'] / 1024:.1f}" if is_agent else "",
                  f"{r['mock']['late_ms']['p99']:.3f}" + ("!" if r["mock"]["late"] else ""),
                  r["verdict"] if is_agent else "")
    for reason in row["agent"]["reasons"]:
        print(f"{'':18}{reason}")


def targets(rows):
    counted = [row for row in rows if not row["void"]]

    def of(streams, value, among=counted):
        return [value(row) for row in among if row["streams"] == streams]

    out = [_bench.target(f"CPU per event, {s} streams, agent / floor",
                         of(s, lambda row: row["cpu_ratio"]), CPU_RATIO_LIMIT, True, "")
           for s in (1000, 4000, 10000)]
    out += [_bench.target(f"TTFT error {p}, 1000 streams, beyond the floor's",
                          of(1000, lambda row, p=p: row["error_beyond_ms"][p]), limit, True, "ms")
            for p, limit in ERROR_BEYOND_LIMIT_MS.items()]
    # A late engine takes nothing from these, so they are asked of void runs, too.
    out.append(_bench.target("RSS per stream, 10000 streams, beyond base and bodies",
                             of(10000, lambda row: row["rss_per_stream_bytes"] / 1024, rows),
                             RSS_LIMIT_KIB, True, "KiB"))
    out.append(_bench.target("requests lost, 10000 streams",
                             of(10000, lambda r: r["agent"]["lost"], rows), 0, True, ""))
    out.append(_bench.target("share of runs VALID, 10000 streams",
                             of(10000, lambda r: float(r["agent"]["verdict"] == "VALID"), rows), 1,
                             False, ""))
    return out


def summarise(rows):
    print("minimum / median / maximum over the runs that count:")
    table = _bench.Table(("streams", 7), ("runs", 7), ("agent us/event", 22),
                         ("agent / floor", 20), ("error beyond floor p50, ms", 26), ("p99, ms", 26),
                         ("RSS KiB/stream", 20))
    for streams in dict.fromkeys(row["streams"] for row in rows):
        some = [row for row in rows if row["streams"] == streams]
        counted = [row for row in some if not row["void"]]
        text = _bench.spread
        table.row(streams, f"{len(counted)} of {len(some)}",
                  text([r["agent"]["cpu_us_per_event"] for r in counted], 2),
                  text([r["cpu_ratio"] for r in counted], 2),
                  text([r["error_beyond_ms"]["p50"] for r in counted], 3),
                  text([r["error_beyond_ms"]["p99"] for r in counted], 3),
                  text([r["rss_per_stream_bytes"] / 1024 for r in counted], 1))


def main():
    options = _bench.arguments(__doc__.splitlines()[0])
    cores = _bench.Cores()
    _bench.begin("stream_cost", f"TTFT 50 ms to 1 s, prompts of {PROMPT_BYTES} bytes; errors in "
                 "ms, '!' marks a mock engine that was late itself", options, cores)
    table = _bench.Table(("streams", 7), ("run", 3), ("client", 6), ("ok", 6), ("events/s", 8),
                         ("CPU us/event", 12), ("ratio", 6), ("error p50 / p99", 19),
                         ("later p50 / p99", 19), ("KiB/stream", 10), ("mock late", 9),
                         ("verdict", 10))
    rows = []
    for work in works(options.quick):
        for number in range(1, options.runs + 1):
            rows.append(measure(work, cores, agent_first=number % 2 == 0))
            print_row(table, number, rows[-1])
    summarise(rows)
    problems = [f"{row['streams']} streams: {row['agent']['lost']} of {row['requests']} requests "
                "lost" for row in rows if row["agent"]["lost"]]
    return _bench.finish("stream_cost", options, {
        "rows": rows, "problems": problems, "targets": [] if options.quick else targets(rows)})


if __name__ == "__main__":
    sys.exit(main())
