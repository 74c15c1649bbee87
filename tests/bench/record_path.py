#!/usr/bin/env python3
"""What a record costs the controller from gRPC to SQLite and the report, and how much memory.

    record_path.py [--out DIR] [--runs N] [--first] [--quick] [--large]

Runs build/bench/record_path (tests/bench/record_path.cc): an agent that floods records of 100 gaps
over loopback on one core, the controller's real code on another: gRPC, decode, SQLite, commit,
acknowledge; then the report. Then once with a million records (--large: ten million; some 6 GB of disk in
the results' folder while it runs, and several minutes) for the memory. The parts alone, decoding and
writing, are measured in the same program. A record's cost is CPU time of the controller's process, kernel
time included, so that the one core's records/s are its inverse. Writes record_path.json.
"""

import json
import os
import subprocess
import sys
import tempfile

import _bench
import harness

GAPS = 100
RECORDS = 300_000
MANY_RECORDS = {False: 1_000_000, True: 10_000_000}  # by --large
QUICK_RECORDS = 20_000
WANTED_PER_S = 150_000
MEMORY_LIMIT_MB = 200
TIMEOUT_S = 3600


def run_program(records, cores, options):
    program = os.path.join(os.path.dirname(harness.BIN), "bench", "record_path")
    if not os.access(program, os.X_OK):
        sys.exit(f"{program} is missing: build it with ./dev build")
    command = [program, "--records", str(records), "--gaps", str(GAPS)]
    if cores.agent is not None:
        command += ["--agent-core", str(cores.agent), "--controller-core", str(cores.mock)]
    # Not /tmp, which may be in memory.
    with tempfile.TemporaryDirectory(dir=options.out) as folder:
        done = subprocess.run(command + ["--folder", folder], capture_output=True, text=True,
                              timeout=TIMEOUT_S, check=False)
    if done.returncode != 0:
        sys.exit(done.stderr)
    return row(json.loads(done.stdout))


def row(seen):
    """One line of the program, as a row of record_path.json."""
    records, part = seen["records"], seen["part_records"]

    def mb(name):
        return seen[name] * 1024 ** 2 / 1e6

    return {
        "records": records,
        "records_per_cpu_s": records / seen["path_cpu_s"],
        "records_per_wall_s": records / seen["path_wall_s"],
        "us_per_record": {
            "path": seen["path_cpu_s"] / records * 1e6,
            "decode_alone": seen["decode_cpu_s"] / part * 1e6,
            "write_alone": seen["write_cpu_s"] / part * 1e6,
            "read_alone": seen["read_cpu_s"] / records * 1e6,
            "report": seen["report_cpu_s"] / records * 1e6,
        },
        "report_cpu_s": seen["report_cpu_s"],
        "report_wall_s": seen["report_wall_s"],
        "peak_mb": {"run": mb("path_peak_mib"), "report": mb("report_peak_mib")},
        "most_waiting_batches": seen["path_most_waiting_batches"],
        "wire_bytes_per_record": seen["wire_bytes_per_record"],
        "db_bytes_per_record": seen["db_bytes_per_record"],
    }


def print_row(table, r):
    us = r["us_per_record"]
    table.row(r["records"], f"{r['records_per_cpu_s']:.0f}", f"{r['records_per_wall_s']:.0f}",
              *(f"{us[name]:.2f}" for name in ("path", "decode_alone", "write_alone", "read_alone",
                                               "report")),
              f"{r['report_wall_s']:.1f}", *(f"{r['peak_mb'][name]:.0f}" for name in ("run", "report")))


def main():
    parser = _bench.parser_for(__doc__.splitlines()[0])
    parser.add_argument("--large", action="store_true",
                        help="ten million records, not one, for the memory")
    options = parser.parse_args()
    _bench.check(parser, options)
    if options.first:
        _bench.set_priority(1)
    cores = _bench.Cores()
    _bench.begin("record_path", f"{GAPS} gaps in each record; CPU time of the controller in us per "
                 "record, memory in MB", options, cores)
    table = _bench.Table(("records", 8), ("per CPU s", 9), ("per s", 7), ("path", 5),
                         ("decode", 6), ("write", 5), ("read", 5), ("report", 6), ("report s", 8),
                         ("run MB", 6), ("report MB", 9))
    rows = []
    for _ in range(options.runs):
        rows.append(run_program(QUICK_RECORDS if options.quick else RECORDS, cores, options))
        print_row(table, rows[-1])
    many = MANY_RECORDS[options.large] if not options.quick else 2 * QUICK_RECORDS
    large = run_program(many, cores, options)
    print_row(table, large)
    targets = [
        _bench.target("records committed by one controller core",
                      [r["records_per_cpu_s"] for r in rows], WANTED_PER_S, False, "/s"),
        _bench.target(f"controller's memory during the run, {many} records",
                      [large["peak_mb"]["run"]], MEMORY_LIMIT_MB, True, "MB"),
        _bench.target(f"controller's memory for the report, {many} records",
                      [large["peak_mb"]["report"]], MEMORY_LIMIT_MB, True, "MB"),
    ]
    return _bench.finish("record_path", options,
                         {"gaps": GAPS, "rows": rows, "memory": large, "problems": [],
                          "targets": targets})


if __name__ == "__main__":
    sys.exit(main())
