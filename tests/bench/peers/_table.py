"""The rows of peers.json as a table, for a terminal or in Markdown."""

import statistics

import _bench

HEADER = ("tool", "runs that count", "requests ok", "TTFT p50: reported", "truth", "error, ms",
          "TTFT p99: reported", "truth", "error, ms", "in flight", "CPU, s", "CPU per token, us",
          "wall, s")


def table(rows, streams, missing, titles):
    """Rows of cells; `missing`: the reason by the name of a peer that could not be installed."""
    cells = []
    for name, title in titles.items():
        some = [row for row in rows if row["peer"] == name and row["streams"] == streams]
        cells.append([title, *(_cells(some) if some else
                               _instead(f"not installed: {missing[name]}"))])
    return cells


def _instead(reason):
    return [reason, *["-"] * (len(HEADER) - 2)]


def _cells(rows):
    well = [row for row in rows if "failed" not in row]
    counted = [row for row in well if not row["void"]]
    if not well:
        return _instead(f"failed: {rows[-1]['failed']}")
    if not counted:
        return _instead(f"0 of {len(rows)}: the mock engine was late, all are void")

    def spread(digits, *keys):
        return _bench.spread([_get(row, keys) for row in counted], digits)

    def middle(digits, *keys):
        return f"{statistics.median(_get(row, keys) for row in counted):.{digits}f}"

    return [f"{len(counted)} of {len(rows)}",
            f"{min(row['ok'] for row in counted)} of {counted[0]['requests']}",
            middle(2, "ttft_p50_ms"), middle(2, "truth", "ttft_p50_ms"),
            spread(2, "ttft_p50_error_ms"),
            middle(2, "ttft_p99_ms"), middle(2, "truth", "ttft_p99_ms"),
            spread(2, "ttft_p99_error_ms"),
            middle(0, "truth", "concurrency"), spread(1, "cpu_s"),
            spread(1, "cpu_us_per_token"), spread(1, "wall_s")]


def _get(row, keys):
    for key in keys:
        row = row[key]
    return row


def markdown(streams, cells):
    lines = [f"{streams} streams:", "", "| " + " | ".join(HEADER) + " |",
             "|" + " --- |" * len(HEADER)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in cells]
    return "\n".join(lines)


def text(streams, cells):
    """One block of lines for each tool: the columns are too many for a terminal's width."""
    lines = [f"--- {streams} streams"]
    for row in cells:
        lines.append(row[0])
        lines += [f"    {name:<20}{cell}" for name, cell in zip(HEADER[1:], row[1:]) if cell != "-"]
    return "\n".join(lines)
