#!/usr/bin/env python3
"""Compares what a run recorded with what the mock engine knows it did.

    compare_truth.py RUN_DIR TRUTH_CSV [--max-p50-error-ms X] [--max-p99-error-ms X]

Joins RUN_DIR/run.db with the mock's log by request id. Exits 1, after saying why, when an id is
missing on either side or occurs twice, when a token count differs, or when TTFT is further off than
the limits allow. TTFT here is the server's share: first token - sent against first token - received.
"""

import argparse
import collections
import contextlib
import csv
import os
import sqlite3
import sys


def quantile(values, p):
    """Linear interpolation at p(N-1), as in the report (docs/metrics.md)."""
    ordered = sorted(values)
    position = p * (len(ordered) - 1)
    low = int(position)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (position - low)


def read_records(run_dir):
    """The records of every request that was sent, by id."""
    path = os.path.join(run_dir, "run.db")
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        rows = db.execute(
            "SELECT request_id, status, sent_ns, first_token_ns, output_tokens FROM requests"
            " WHERE sent_ns IS NOT NULL").fetchall()
    return {row[0]: row[1:] for row in rows}


def read_truth(path):
    """The engine's log, without the request that asked it before the load: no record has that."""
    with open(path, newline="", encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if ".preflight." not in row["request_id"]]


def id_problems(records, truth):
    counts = collections.Counter(row["request_id"] for row in truth)
    for name, ids in (
            ("recorded as sent, but never seen by the engine", records.keys() - counts.keys()),
            ("seen by the engine, but not recorded", counts.keys() - records.keys()),
            ("seen more than once by the engine", {i for i, n in counts.items() if n > 1})):
        if ids:
            yield f"{len(ids)} requests {name}, for example {sorted(ids)[0]}"


def token_problems(records, truth):
    wrong = [(row["request_id"], row["tokens"], records[row["request_id"]][3]) for row in truth
             if row["request_id"] in records and records[row["request_id"]][0] == "ok"
             and int(row["tokens"]) != records[row["request_id"]][3]]
    if wrong:
        request_id, sent, recorded = wrong[0]
        yield (f"{len(wrong)} requests have another token count, for example {request_id}: "
               f"the engine sent {sent}, the record says {recorded}")


def ttft_pairs_ms(records, truth):
    """(truth, recorded) of every successful request that got a first token, in milliseconds."""
    pairs = []
    for row in truth:
        status, sent_ns, first_token_ns, _ = records.get(row["request_id"], (None,) * 4)
        if status == "ok" and first_token_ns is not None and int(row["first_token_ns"]):
            pairs.append(((int(row["first_token_ns"]) - int(row["received_ns"])) / 1e6,
                          (first_token_ns - sent_ns) / 1e6))
    return pairs


def print_table(pairs):
    errors = [abs(seen - true) for true, seen in pairs]
    print(f"{'time to first token':<26}{'p50':>12}{'p99':>12}{'max':>12}")
    for name, values in (("  the mock engine's log", [true for true, _ in pairs]),
                         ("  this run's records", [seen for _, seen in pairs]),
                         ("  difference per request", errors)):
        cells = "".join(f"{quantile(values, p):>9.3f} ms" for p in (0.5, 0.99, 1.0))
        print(f"{name:<26}{cells}")


def limit_problems(pairs, options):
    """The limits hold for the statistics that the report prints, not for each request."""
    for p, limit in ((0.5, options.max_p50_error_ms), (0.99, options.max_p99_error_ms)):
        if limit is None:
            continue
        error = abs(quantile([s for _, s in pairs], p) - quantile([t for t, _ in pairs], p))
        if error > limit:
            yield f"p{p * 100:.0f} of TTFT is {error:.3f} ms off, more than {limit} ms"


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run_dir")
    parser.add_argument("truth_csv")
    parser.add_argument("--max-p50-error-ms", type=float)
    parser.add_argument("--max-p99-error-ms", type=float)
    options = parser.parse_args(arguments)

    records, truth = read_records(options.run_dir), read_truth(options.truth_csv)
    problems = list(id_problems(records, truth)) + list(token_problems(records, truth))
    pairs = ttft_pairs_ms(records, truth)
    if pairs:
        print_table(pairs)
        problems += limit_problems(pairs, options)
    else:
        problems.append("no request succeeded, so there is nothing to compare")
    for problem in problems:
        print(f"MISMATCH: {problem}")
    if not problems:
        print(f"{len(truth)} requests: the same ids and token counts on both sides")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
