#!/usr/bin/env python3
"""Computes the numbers of a run's report a second time, out of run.db alone.

usage: recompute.py RUN_DIR

An implementation of design section 7 in plain Python that shares nothing with the controller's. It
reads the tables of run.db and the members of report.json, prints a table of what agrees, and ends
with status 1 and the list of differences if any number differs by more than 1e-9 of itself.
"""

import json
import math
import pathlib
import sqlite3
import sys

TOLERANCE = 1e-9
NEEDS = {"p90": 44, "p95": 90, "p99": 459, "p999": 4603}
PERCENTILES = {"min": 0, "p50": .5, "p75": .75, "p90": .9, "p95": .95, "p99": .99, "p999": .999, "max": 1}
BOTH_ENDS_ONE_READ = 32
NOT_STREAMED = 256
OPEN_LOOP = 512
OVER_LIMIT = 1024
NO_TEXT = 2048
FLAGS = {"new_connections": 1, "stale_connections": 2, "no_done": 4, "no_final_blank_line": 8,
         "first_chunk_assumed": 16, "both_ends_one_read": 32, "invalid_utf8": 64, "late_events": 128,
         "not_streamed": 256, "over_max_in_flight": OVER_LIMIT, "no_text": NO_TEXT,
         "text_too_long": 4096}


def decode_gaps(blob):
    """[(gap in ns, both events in one read)]: LEB128 varints of gap_ns << 1 | same_read."""
    gaps, value, shift = [], 0, 0
    for byte in blob or b"":
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            gaps.append((value >> 1, value & 1))
            value = shift = 0
    return gaps


def percentile(ordered, p):
    position = p * (len(ordered) - 1)
    low = math.floor(position)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (position - low)


def describe(samples, requests=None):
    n = len(samples)
    requests = n if requests is None else requests
    out = {"count": n, "insufficient": [p for p, need in NEEDS.items() if requests < need]}
    if n == 0:
        return out | {"mean": None, "stddev": None} | {name: None for name in PERCENTILES}
    ordered = sorted(samples)
    out["mean"] = math.fsum(ordered) / n
    out["stddev"] = math.sqrt(math.fsum((x - out["mean"]) ** 2 for x in ordered) / n)
    for name, p in PERCENTILES.items():
        out[name] = percentile(ordered, p)
    return out


def seconds(later, earlier):
    return None if later is None or earlier is None else (later - earlier) / 1e9


def finish_of(row):
    if row["dispatched_ns"] is None or row["done_ns"] is not None:
        return row["done_ns"]
    names = "dispatched connect tls sent headers first_event last_token".split()
    return max(row[name + "_ns"] for name in names if row[name + "_ns"] is not None)


def request_metrics(row):
    """The samples that one successful request gives."""
    out = {"e2e_s": seconds(row["last_token_ns"], row["start_ns"]),
           "stream_end_s": seconds(row["done_ns"], row["start_ns"]),
           "connect_s": seconds(row["connect_ns"], row["connect_begin_ns"]),
           "tls_s": seconds(row["tls_ns"], row["connect_ns"])}
    if row["flags"] & NOT_STREAMED:
        return out
    out["ttft_s"] = seconds(row["first_token_ns"], row["start_ns"])
    out["ttft_sent_s"] = seconds(row["first_token_ns"], row["sent_ns"])
    out["first_event_s"] = seconds(row["first_event_ns"], row["start_ns"])
    decode_s = seconds(row["last_token_ns"], row["first_token_ns"])
    tokens = row["output_tokens"]
    if decode_s is None or tokens is None:
        return out
    later = tokens - (1 if row["first_chunk_tokens"] is None else row["first_chunk_tokens"])
    if later > 0 and not row["flags"] & BOTH_ENDS_ONE_READ:
        out["tpot_s"] = decode_s / later
        if decode_s > 0:
            out["user_tokens_per_s"] = later / decode_s
    if tokens > 1:
        out["tpot_simple_s"] = decode_s / (tokens - 1)
    return out


def throughput(ok, window_s, straddling=0):
    def rate(column, more=0):
        known = [row[column] for row in ok if row[column] is not None]
        return None if ok and not known else (sum(known) + more) / window_s
    inputs, outputs = rate("input_tokens"), rate("output_tokens", straddling)
    return {"requests_per_s": len(ok) / window_s, "input_tokens_per_s": inputs,
            "output_tokens_per_s": outputs,
            "total_tokens_per_s": None if None in (inputs, outputs) else inputs + outputs}


def in_flight(rows, window, target):
    """Mean and peak in flight inside the window, and its first and last moment at the target."""
    start, end = window
    changes = []
    for row in rows:
        if row["dispatched_ns"] is None:
            continue
        begin, finish = max(row["dispatched_ns"], start), min(finish_of(row), end)
        if begin < finish:
            changes += [(begin, 1), (finish, -1)]
    now = peak = weighted = 0
    last, first_at, last_at = start, None, None
    for at, by in sorted(changes):
        weighted += now * (at - last)
        if now >= target:
            last_at = at
        now, last = now + by, at
        peak = max(peak, now)
        if now >= target and first_at is None:
            first_at = last_at = at
    return weighted / (end - start), peak, first_at, last_at


def count_by(rows, key):
    counts = {}
    for row in rows:
        counts[key(row)] = counts.get(key(row), 0) + 1
    return counts


def start_of(row):
    """Where latencies begin, from the other columns."""
    if row["dispatched_ns"] is None:
        return None
    return row["intended_ns"] if row["flags"] & OPEN_LOOP else row["dispatched_ns"]


def tokens_before(row, end_ns):
    """A request's output tokens by the share of its token events that came before `end_ns`."""
    if not row["output_tokens"] or row["first_token_ns"] is None:
        return 0
    stamps = [row["first_token_ns"]]
    for gap, _ in decode_gaps(row["gaps"]):
        stamps.append(stamps[-1] + gap)
    return row["output_tokens"] * sum(stamp < end_ns for stamp in stamps) / len(stamps)


def rate_of(spec, warmup, measured):
    """The rate of an open loop: dispatched / planned so far."""
    dispatched = [row for row in measured if row["dispatched_ns"] is not None]
    over = [row for row in measured if row["flags"] & OVER_LIMIT]
    so_far = max((row["request_index"] for row in dispatched + over), default=warmup - 1) + 1 - warmup
    stamps = [row["dispatched_ns"] for row in dispatched]
    time_s = seconds(max(stamps), min(stamps)) if stamps else 0
    return {"law": spec["load"]["law"], "asked_per_s": spec["load"]["micro_per_min"] / 60e6,
            "achieved_per_s": (len(stamps) - 1) / time_s if time_s else None,
            "achieved_share": len(stamps) / so_far if so_far else None,
            "planned_so_far": so_far, "dispatched": len(stamps),
            "max_in_flight": spec["load"]["max_in_flight"], "over_max_in_flight": len(over)}


def steady_span(spec, rate, dispatched, at_target):
    """Open loop: first to last dispatch, if the rate was achieved."""
    if rate is None:
        return at_target
    if not rate["achieved_share"] or (rate["achieved_share"]
                                      < spec["verdict"]["min_achieved_rate_share"]):
        return None, None
    return min(dispatched), max(dispatched)


def add_window(facts, rows, measured, ok, out):
    spec, rate = facts["spec"], out.get("rate")
    dispatched = [row["dispatched_ns"] for row in measured if row["dispatched_ns"] is not None]
    finished = [finish_of(row) for row in measured
                if row["status"] in ("ok", "failed") and finish_of(row) is not None]
    by_duration = facts["window_end_ns"] is not None
    if not dispatched or not by_duration and (not finished or max(finished) <= min(dispatched)):
        out |= {"window_s": None, "steady_window": None}
        return
    window = ((facts["window_start_ns"], facts["window_end_ns"]) if by_duration
              else (min(dispatched), max(finished)))
    out["window_s"] = seconds(window[1], window[0])
    inside = [row for row in ok if window[0] <= finish_of(row) <= window[1]]
    straddling = sum(tokens_before(row, window[1]) for row in ok if finish_of(row) > window[1])
    out["throughput"] = throughput(inside, out["window_s"], straddling)
    tokens = sum(row["output_tokens"] or 0 for row in inside) + straddling
    out["system_time_per_output_token_s"] = out["window_s"] / tokens if tokens else None
    mean, peak, *at_target = in_flight(rows, window, spec["concurrency"])
    out |= {"achieved_concurrency": mean, "peak_concurrency": peak}
    first_at, last_at = steady_span(spec, rate, dispatched, at_target)
    if first_at is None or last_at <= first_at:
        out["steady_window"] = None
        return
    inside = [row for row in ok if first_at <= finish_of(row) <= last_at]
    length = seconds(last_at, first_at)
    out["steady_window"] = {"start_s": seconds(first_at, window[0]), "seconds": length,
                            "requests": len(inside), "throughput": throughput(inside, length)}


def add_distributions(measured, ok, out):
    samples = {name: [] for name in (
        "ttft_s", "ttft_sent_s", "first_event_s", "tpot_s", "tpot_simple_s", "e2e_s", "stream_end_s",
        "connect_s", "tls_s", "user_tokens_per_s")}
    gaps, requests_with_gaps = [], 0
    for row in ok:
        for name, value in request_metrics(row).items():
            if value is not None:
                samples[name].append(value)
        own = [] if row["flags"] & NOT_STREAMED else decode_gaps(row["gaps"])
        requests_with_gaps += bool(own)
        gaps += own
    out |= {name: describe(values) for name, values in samples.items()}
    out["itl_s"] = describe([gap / 1e9 for gap, _ in gaps], requests_with_gaps)
    out["itl_same_read_share"] = sum(same for _, same in gaps) / len(gaps) if gaps else None
    lateness = [seconds(row["dispatched_ns"], row["intended_ns"]) for row in measured]
    out["lateness_s"] = describe([value for value in lateness if value is not None])
    lags = [row["first_token_lag_ns"] for row in ok]
    out["client"] = {"first_token_lag_s": describe([lag / 1e9 for lag in lags if lag is not None])}


def add_error_bound(client, calibration, out):
    """What the agents measured, plus the floor of the calibration that run.db holds."""
    floor = json.loads(calibration)["floor"]["ttft_error_s"] if calibration else {"p50": 0, "p99": 0}
    streamed = client["first_token_lag_s"]["count"] > 0
    names = ["first_token_lag_s"] if streamed else ["loop_lag_s", "kernel_lag_s"]
    lags = [client[name] for name in names]
    known = client["loop_lag_s"]["count"] > 0
    lag = {p: max(each[p] or 0 for each in lags) if known else None for p in ("p50", "p99")}
    out["client"]["lag_bound_s"] = lag
    out["client"]["error_bound_s"] = {p: None if lag[p] is None else lag[p] + floor[p]
                                      for p in ("p50", "p99")}
    if calibration is None:
        out["client"]["calibration"] = None
    else:
        out["client"]["calibration"] = {"floor_s": {"p50": floor["p50"], "p99": floor["p99"]}}


def usage_check(ok, name):
    """How far the engine's counts are from the tokenizer's."""
    pairs = [(row[f"usage_{name}_tokens"], row[f"tokenizer_{name}_tokens"]) for row in ok]
    pairs = [pair for pair in pairs if None not in pair]
    relative = [abs(usage - counted) / max(counted, 1) for usage, counted in pairs]
    return {"requests": len(pairs), "differ": sum(usage != counted for usage, counted in pairs),
            "reported": sum(usage for usage, _ in pairs),
            "counted": sum(counted for _, counted in pairs),
            "max_difference": max((abs(usage - counted) for usage, counted in pairs), default=0),
            "mean_relative_difference": math.fsum(relative) / len(relative) if relative else None,
            "max_relative_difference": max(relative, default=None)}


def tokens_of(spec, ok):
    verify = spec["verify_usage"]
    return {
        "input": sum(row["input_tokens"] or 0 for row in ok),
        "output": sum(row["output_tokens"] or 0 for row in ok),
        "cached": sum(row["cached_tokens"] or 0 for row in ok),
        "reasoning": sum(row["reasoning_tokens"] or 0 for row in ok),
        "requests_without_input": sum(row["input_tokens"] is None for row in ok),
        "requests_without_output": sum(row["output_tokens"] is None for row in ok),
        "requests_without_text": sum(bool(row["flags"] & NO_TEXT) for row in ok),
        "sources": count_by(ok, lambda row: row["token_source"]),
        "input_sources": count_by(ok, lambda row: row["input_token_source"]),
        "usage_check": ({name: usage_check(ok, name) for name in ("input", "output")}
                        if verify else None)}


def recompute(facts, rows, client, calibration):
    """The members of one entry of report.json's cases[] that follow from the records."""
    measured = [row for row in rows if row["phase"] == "measure"]
    ok = [row for row in measured if row["status"] == "ok"]
    by_status = count_by(measured, lambda row: row["status"])
    failed = [row for row in measured if row["status"] == "failed"]
    requests = {name: by_status.get(name, 0) for name in "ok failed cancelled not_sent lost".split()}
    requests |= {"planned": facts["planned"], "warmup": len(rows) - len(measured),
                 "errors": count_by(failed, lambda row: row["error_class"] or "none")}
    ended = len(ok) + len(failed)
    out = {"requests": requests, "error_rate": len(failed) / ended if ended else None}
    if facts["spec"]["load"]["law"] == "closed":
        out["concurrency"] = facts["spec"]["concurrency"]
    else:
        out["rate"] = rate_of(facts["spec"], facts["warmup_planned"], measured)
    add_window(facts, rows, measured, ok, out)
    add_distributions(measured, ok, out)
    add_error_bound(client, calibration, out)
    out["tokens"] = tokens_of(facts["spec"], ok)
    out["finish_reasons"] = count_by(ok, lambda row: row["finish_reason"] or "none")
    out["flags"] = {name: sum(bool(row["flags"] & bit) for row in measured)
                    for name, bit in FLAGS.items()}
    return out


def differences(path, mine, theirs):
    """Every place where report.json (theirs) does not say what was recomputed (mine)."""
    if isinstance(mine, dict):
        if not isinstance(theirs, dict):
            return [f"{path}: recomputed {mine}, report.json has {theirs}"]
        return [text for name, value in mine.items()
                for text in differences(f"{path}.{name}", value, theirs.get(name, "nothing"))]
    if isinstance(mine, float) and isinstance(theirs, (int, float)):
        same = abs(mine - theirs) <= TOLERANCE * max(abs(mine), abs(theirs))
    else:
        same = mine == theirs
    return [] if same else [f"{path}: recomputed {mine!r}, report.json has {theirs!r}"]


def fleet_differences(rows, theirs):
    """The same for each agent's part, which is told by the agents' names."""
    found = []
    for agent in theirs["fleet"]["agents"]:
        own = [row for row in rows if row["agent"] == agent["name"] and row["phase"] == "measure"]
        ok = [row for row in own if row["status"] == "ok"]
        counts = {status: sum(row["status"] == status for row in own)
                  for status in ("ok", "failed", "cancelled", "not_sent", "lost")}
        mine = {"requests": counts,
                "input_tokens": sum(row["input_tokens"] or 0 for row in ok),
                "output_tokens": sum(row["output_tokens"] or 0 for row in ok)}
        found += differences(f"fleet.{agent['name']}", mine, agent)
    return found


def leaves(value):
    return sum(map(leaves, value.values())) if isinstance(value, dict) else 1


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    run_dir = pathlib.Path(sys.argv[1])
    report = json.loads((run_dir / "report.json").read_text(encoding="utf-8"))
    database = sqlite3.connect(f"{(run_dir / 'run.db').resolve().as_uri()}?mode=ro", uri=True)
    database.row_factory = sqlite3.Row
    cases = [dict(case) | {"spec": json.loads(case["spec"])}
             for case in database.execute("SELECT * FROM cases ORDER BY case_id")]
    wrong = differences("cases", [case["name"] for case in cases],
                        [case["name"] for case in report["cases"]])
    print(f"{'case':60} {'records':>8} {'numbers':>8} {'differ':>7}")
    calibration = database.execute("SELECT calibration FROM runs").fetchone()[0]
    for case, theirs in zip(cases, report["cases"]):
        rows = database.execute("SELECT * FROM requests WHERE case_id = ?",
                                (case["case_id"],)).fetchall()
        mine = recompute(case, rows, theirs["client"], calibration)
        found = differences(case["name"], mine, theirs) + fleet_differences(rows, theirs)
        found += [f"{case['name']}: start_ns of request {row['request_index']} is wrong"
                  for row in rows if row["start_ns"] != start_of(row)]
        print(f"{case['name'][:60]:60} {len(rows):8} {leaves(mine):8} {len(found):7}")
        wrong += found
    for text in wrong:
        print(text)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
