#!/usr/bin/env python3
"""Tokens a second that one core counts: runs tokenizer_bench (tests/bench/tokenizer_bench.cc), and
counter_bench beside it, for what a run's TokenCounter makes of that on all cores.

    tokenizer.py [--out DIR] [--runs N] [--first] [--quick]

With the Qwen2 tokenizer where ../shared/tokenizers has it, beside this repository; else with the
tiny one of tests/data, which shows nothing. CPU time, minimum / median / maximum over the runs.
"""

import json
import os
import subprocess
import sys

import _bench
import _load

QWEN2 = os.path.join(_bench.ROOT, "..", "shared", "tokenizers", "qwen2", "tokenizer.json")
TINY = os.path.join(_bench.ROOT, "tests", "data", "tokenizer", "tokenizer.json")
TOKENS_PER_S = 1e6


def measure(tokenizer, cores, seconds):
    with _bench.on_core(cores.agent):
        done = subprocess.run(
            [_load.bench_program("tokenizer_bench"), tokenizer, "--benchmark_format=json",
             f"--benchmark_min_time={seconds}"],
            cwd=_bench.ROOT, capture_output=True, text=True, timeout=_load.TIMEOUT_S, check=False)
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    return [read(result) for result in json.loads(done.stdout)["benchmarks"]]


def measure_counter(tokenizer, seconds):
    """On any core: its threads are what is measured. By the clock."""
    done = subprocess.run([_load.bench_program("counter_bench"), tokenizer, str(seconds)],
                          cwd=_bench.ROOT, capture_output=True, text=True,
                          timeout=_load.TIMEOUT_S, check=False)
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    rows = json.loads(done.stdout)
    bare = rows[0]["tokens_per_s"]
    return [row | {"of_bare": row["tokens_per_s"] / bare} for row in rows]


def counter_table(rows):
    print("\nTokenCounter: answers of about 100 tokens, by the clock; of bare: of the tokenizer's "
          "own rate on one thread")
    table = _bench.Table(("way", 7), ("threads", 7), ("krows/s", 22), ("Mtokens/s", 22),
                         ("of bare", 22))
    for key in dict.fromkeys((r["way"], r["threads"]) for r in rows):
        some = [r for r in rows if (r["way"], r["threads"]) == key]
        table.row(*key, _bench.spread([r["rows_per_s"] / 1e3 for r in some], 1),
                  _bench.spread([r["tokens_per_s"] / 1e6 for r in some], 2),
                  _bench.spread([r["of_bare"] for r in some], 2))


def read(result):
    """One entry of Google Benchmark's JSON, as a row. Its rates are over CPU time."""
    if result.get("error_occurred"):
        raise SystemExit(f"{result['name']}: {result['error_message']}")
    way, text = result["name"].split("/")[:2]
    return {"way": way, "text": text, "tokens_per_s": result["items_per_second"],
            "bytes_per_s": result["bytes_per_second"]}


def main():
    options = _bench.arguments(__doc__.splitlines()[0])
    cores = _bench.Cores()
    tokenizer = QWEN2 if os.path.exists(QWEN2) else TINY
    _bench.begin("tokenizer", f"CPU time, with {os.path.relpath(tokenizer, _bench.ROOT)}, "
                 "minimum / median / maximum", options, cores)
    rows = []
    for number in range(1, options.runs + 1):
        rows += [row | {"run": number}
                 for row in measure(tokenizer, cores, 0.02 if options.quick else 0.5)]
    table = _bench.Table(("way", 7), ("text", 9), ("Mtokens/s", 26), ("MB/s", 26))
    for key in dict.fromkeys((r["way"], r["text"]) for r in rows):
        some = [r for r in rows if (r["way"], r["text"]) == key]
        table.row(*key, _bench.spread([r["tokens_per_s"] / 1e6 for r in some], 2),
                  _bench.spread([r["bytes_per_s"] / 1e6 for r in some], 1))
    counter = [row | {"run": number} for number in range(1, options.runs + 1)
               for row in measure_counter(tokenizer, 0.05 if options.quick else 2)]
    counter_table(counter)
    targets = [_bench.target(f"tokens counted per core and second, {text}",
                             [r["tokens_per_s"] for r in rows
                              if (r["way"], r["text"]) == ("count", text)],
                             TOKENS_PER_S, False, "tokens/s")
               for text in ("answers", "questions")] if tokenizer == QWEN2 else []
    return _bench.finish("tokenizer", options, {"rows": rows, "counter": counter, "problems": [], "targets": targets})


if __name__ == "__main__":
    sys.exit(main())
