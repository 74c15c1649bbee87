#!/usr/bin/env python3
"""How far the reported time to first token is from the mock engine's log, on loopback.

    loopback.py [--out DIR] [--runs N] [--first]

512 requests x 100 tokens at concurrency 128 (TTFT 50 ms, 10 ms between tokens) through 1, 2 and 4
agents. Truth is the log's first_token_ns - received_ns; reported is ttft_sent_s. A run in which the
mock engine itself was late (its own lateness p99 over 1 ms) is void: such a machine shows nothing.
Prints one line for each run, minimum / median / maximum over the runs that count, and writes
bench.json. Exit status 1 when requests were lost, ids differ, or p50 or p99 is off by over 1 ms in
the median run.
"""

import contextlib
import os
import statistics
import sys
import tempfile

import _bench
import compare_truth
import harness

AGENTS = (1, 2, 4)
REQUESTS, CONCURRENCY, TOKENS = 512, 128, 100
LIMIT_MS = 1.0

SCENARIO = """\
name: loopback
model: mock
dataset: {{name: openqa, path: {root}/configs/data/openqa_zh_sample.jsonl}}
concurrency: {concurrency}
engine: {{type: vllm, url: {url}}}
requests: {requests}
sampling: {{max_tokens: {tokens}}}
"""

COLUMNS = (("agents", 6), ("run", 3), ("ok", 4), ("ids", 5), ("truth p50 / p99", 17),
           ("reported p50 / p99", 18), ("off by p50 / p99", 17), ("per request p50/p99/max", 24),
           ("bound p99", 9), ("agents' CPU", 11), ("mock late", 9), ("steal", 6), ("verdict", 0))


def measure(agent_count, cores):
    """One run, as the row of bench.json."""
    agent_core, mock_core = cores or (None, None)
    machine = _bench.Machine()
    with contextlib.ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        with _bench.on_core(mock_core):
            mock = stack.enter_context(harness.MockEngine(
                "--ttft", "50ms", "--itl", "10ms", "--tokens", TOKENS))
        with _bench.on_core(agent_core):
            agents = [stack.enter_context(harness.Agent()) for _ in range(agent_count)]
        path = os.path.join(folder, "loopback.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(SCENARIO.format(root=_bench.ROOT, url=mock.url, requests=REQUESTS,
                                       concurrency=CONCURRENCY, tokens=TOKENS))
        with _bench.on_core(mock_core):
            run = harness.ControllerRun(path, "--agents", ",".join(a.address for a in agents),
                                        folder=folder, out="run").wait()
        if run.report is None:
            sys.exit(run.describe())
        run.db.close()
        mock.stop()
        records = compare_truth.read_records(run.run_dir)
        return row(agent_count, run, mock, records, machine.shares())


def row(agent_count, run, mock, records, shares):
    case = run.report["cases"][0]
    pairs = compare_truth.ttft_pairs_ms(records, mock.truth)
    errors = [abs(seen - true) for true, seen in pairs]
    quantile = compare_truth.quantile
    late_ms = mock.summary["lateness_ns"]["p99"] / 1e6
    result = {
        "agents": agent_count,
        "planned": case["requests"]["planned"],
        "ok": case["requests"]["ok"],
        "ids_equal": not list(compare_truth.id_problems(records, mock.truth)),
        "tokens_equal": not list(compare_truth.token_problems(records, mock.truth)),
        "error_per_request_ms": {"p50": quantile(errors, 0.5), "p99": quantile(errors, 0.99),
                                 "max": max(errors)},
        "error_bound_p99_ms": case["client"]["error_bound_s"]["p99"] * 1e3,
        "first_token_lag_p99_ms": case["client"]["first_token_lag_s"]["p99"] * 1e3,
        "lateness_p99_ms": case["lateness_s"]["p99"] * 1e3,
        "agents_cpu_s": sum(agent["cpu_s"] for agent in case["agents"]),
        "busiest_load_thread": case["client"]["cpu_utilisation_max"],
        "mock_lateness_p99_ms": late_ms,
        "mock_cpu_s": mock.summary["cpu_s"],
        "machine_busy": shares["busy"],
        "machine_steal": shares["steal"],
        "verdict": case["verdict"],
        "reasons": case["reasons"],
        "void": late_ms > LIMIT_MS,
    }
    for name, p in (("p50", 0.5), ("p99", 0.99)):
        true = quantile([t for t, _ in pairs], p)
        seen = case["ttft_sent_s"][name] * 1e3
        result[name] = {"truth_ms": true, "reported_ms": seen, "off_ms": seen - true}
    return result


def print_line(cells):
    print("  ".join(f"{cell:>{width}}" if width else str(cell)
                    for cell, (_, width) in zip(cells, COLUMNS)), flush=True)


def print_row(number, r):
    error = r["error_per_request_ms"]
    print_line([
        r["agents"], number, r["ok"], "equal" if r["ids_equal"] else "WRONG",
        f"{r['p50']['truth_ms']:.3f} / {r['p99']['truth_ms']:.3f}",
        f"{r['p50']['reported_ms']:.3f} / {r['p99']['reported_ms']:.3f}",
        f"{r['p50']['off_ms']:+.3f} / {r['p99']['off_ms']:+.3f}",
        f"{error['p50']:.3f} / {error['p99']:.3f} / {error['max']:.3f}",
        f"{r['error_bound_p99_ms']:.3f}", f"{r['agents_cpu_s']:.2f} s",
        f"{r['mock_lateness_p99_ms']:.3f}", f"{r['machine_steal']:.1%}",
        r["verdict"] + (" (void)" if r["void"] else "")])
    for reason in r["reasons"]:
        print(f"{'':12}{reason}")


def summarise(agent_count, rows):
    """Prints minimum / median / maximum; returns what is wrong."""
    problems = [f"{agent_count} agents: {r['ok']} of {REQUESTS} ok" for r in rows
                if not r["planned"] == r["ok"] == REQUESTS]
    problems += [f"{agent_count} agents: the log and the records differ" for r in rows
                 if not (r["ids_equal"] and r["tokens_equal"])]
    counted = [r for r in rows if not r["void"]]
    print(f"{agent_count} agents: {len(counted)} of {len(rows)} runs count; "
          "minimum / median / maximum over them:" if counted else
          f"{agent_count} agents: every run is void, this machine was too busy")
    for name in ("p50", "p99") if counted else ():
        off_ms = [abs(r[name]["off_ms"]) for r in counted]
        print(f"  TTFT {name} is off by {_bench.spread(off_ms, 3)} ms")
        if statistics.median(off_ms) > LIMIT_MS:
            problems.append(f"{agent_count} agents: TTFT {name} is off by over {LIMIT_MS} ms")
    return problems


def main():
    options = _bench.arguments(__doc__.splitlines()[0])
    cores = _bench.two_cores()
    print(f"loopback: {REQUESTS} requests x {TOKENS} tokens at concurrency {CONCURRENCY}, "
          "TTFT 50 ms, ITL 10 ms; times in ms")
    _bench.describe(cores and f"agents on core {cores[0]}, mock engine and controller on core "
                    f"{cores[1]}")
    print_line([name for name, _ in COLUMNS])
    rows, problems = [], []
    for agent_count in AGENTS:
        some = []
        for number in range(1, options.runs + 1):
            some.append(measure(agent_count, cores))
            print_row(number, some[-1])
        problems += summarise(agent_count, some)
        rows += some
    _bench.write_json(options.out, "bench.json", {"limit_ms": LIMIT_MS, "runs": rows})
    for problem in problems:
        print(f"PROBLEM: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
