"""What the mock engine's log says about one run."""

import compare_truth


def summary(rows):
    """`rows` as harness.read_truth() gives them. Times in ms but for the two stamps in ns."""
    answered = [row for row in rows if row["outcome"] == "ok" and row["first_token_ns"]]
    if not answered:
        return None
    ttft_ms = [(row["first_token_ns"] - row["received_ns"]) / 1e6 for row in answered]
    begin_ns = min(row["received_ns"] for row in rows)
    end_ns = max(row["end_ns"] for row in rows)
    return {
        "seen": len(rows),
        "ok": len(answered),
        "tokens": sum(row["tokens"] for row in rows),
        "connections": len({row["connection"] for row in rows}),
        "ttft_p50_ms": compare_truth.quantile(ttft_ms, 0.5),
        "ttft_p99_ms": compare_truth.quantile(ttft_ms, 0.99),
        "concurrency": mean_in_flight(rows),
        "begin_ns": begin_ns,
        "end_ns": end_ns,
    }


def middle(rows):
    """The middle half, in ns, of the time in which requests arrived. The first and the last
    hundredth do not count: a test request long before the load must not stretch it."""
    arrivals = sorted(row["received_ns"] for row in rows)
    edge = (len(arrivals) + 99) // 100
    first, last = arrivals[min(edge, len(arrivals) - 1)], arrivals[max(0, len(arrivals) - 1 - edge)]
    quarter = (last - first) // 4
    return first + quarter, last - quarter


def mean_in_flight(rows):
    """Requests in flight (received, not yet ended), weighted by time, in the middle of the run."""
    begin_ns, end_ns = middle(rows)
    if end_ns <= begin_ns:
        return 0.0
    inside_ns = sum(max(0, min(row["end_ns"], end_ns) - max(row["received_ns"], begin_ns))
                    for row in rows)
    return inside_ns / (end_ns - begin_ns)
