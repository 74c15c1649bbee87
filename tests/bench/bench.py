#!/usr/bin/env python3
"""All benches one after the other (./dev bench), and bench.json: everything they found, and where.

    bench.py [--runs N] [--out DIR] [--first] [--quick] [--only a,b,...]

Prints each bench's tables, at the end the table of targets, and writes OUT/bench.json: machine,
commit, command, and each bench's rows and targets. Exit status 1 when a bench failed, or a target
was missed or not shown (every run void).
"""

import datetime
import json
import os
import platform
import shlex
import subprocess
import sys
import time

import _bench

# The letters are those of --only. Each is a program of this folder that takes the same options and
# writes OUT/<name>.json.
BENCHES = {
    "m": "mock_limit",
    "a": "stream_cost",
    "b": "open_loop",
    "c": "decoder",
    "d": "record_path",
    "f": "one_token",
    "g": "verdict_follows_truth",
    "t": "tokenizer",
    "n": "many_agents",
}


def chosen(text):
    """The names that --only asks for, in the order in which they run; all of "". ValueError."""
    wanted = [part.strip() for part in text.split(",")] if text else list(BENCHES)
    names = {BENCHES.get(part, part) for part in wanted}
    unknown = sorted(names - set(BENCHES.values()))
    if unknown:
        known = ", ".join(f"{letter} {name}" for letter, name in BENCHES.items())
        raise ValueError(f"--only: there is no bench '{unknown[0]}'; there are: {known}")
    return [name for name in BENCHES.values() if name in names]


def output_of(*command):
    try:
        done = subprocess.run(command, cwd=_bench.ROOT, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip()


def machine():
    with open("/proc/meminfo", encoding="ascii") as file:
        memory_kib = int(file.readline().split()[1])
    return {"cores": len(os.sched_getaffinity(0)), "processor": _bench.processor(),
            "memory_gib": round(memory_kib / 1024 ** 2, 1), "kernel": platform.release(),
            "system": platform.freedesktop_os_release().get("PRETTY_NAME", "unknown"),
            "load_average": [round(x, 2) for x in os.getloadavg()],
            "pinning": _bench.Cores().describe()}


def commit():
    changed = "" if not output_of("git", "status", "--porcelain") else " and changes"
    return (output_of("git", "rev-parse", "HEAD") or "unknown") + changed


def run_bench(name, arguments, options):
    """The bench's own JSON, with how it ended."""
    path = os.path.join(options.out, name + ".json")
    if os.path.exists(path):
        os.remove(path)
    begin_s = time.monotonic()
    program = os.path.join(os.path.dirname(os.path.realpath(__file__)), name + ".py")
    status = subprocess.run([sys.executable, program, *arguments], check=False).returncode
    result = {"rows": [], "problems": [f"it wrote no results; exit status {status}"], "targets": []}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            result = json.load(file)
        os.remove(path)  # it is part of bench.json
    return result | {"exit_status": status, "took_s": round(time.monotonic() - begin_s, 1)}


def main():
    parser = _bench.parser_for(__doc__.splitlines()[0])
    parser.add_argument("--only", default="",
                        help="some of the benches, by letter or name: "
                        + ", ".join(f"{letter} {name}" for letter, name in BENCHES.items()))
    options = parser.parse_args()
    _bench.check(parser, options)
    try:
        names = chosen(options.only)
    except ValueError as error:
        parser.error(str(error))
    arguments = ["--out", options.out, "--runs", str(options.runs)]
    arguments += ["--first"] * options.first + ["--quick"] * options.quick
    report = {"machine": machine(), "commit": commit(),
              "begun": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
              "command": shlex.join(["./dev", "bench", *sys.argv[1:]]), "benches": {}}
    print("machine: " + ", ".join(f"{key} {value}" for key, value in report["machine"].items()))
    for number, name in enumerate(names, 1):
        print(f"\n==> {name} ({number} of {len(names)})", flush=True)
        report["benches"][name] = run_bench(name, arguments, options)
    return finish(report, options)


def finish(report, options):
    targets = [t for result in report["benches"].values() for t in result["targets"]]
    took_s = sum(result["took_s"] for result in report["benches"].values())
    print(f"\n==> All benches, {took_s / 60:.1f} minutes; targets: minimum / median / maximum")
    _bench.print_targets(targets)
    for name, result in report["benches"].items():
        for problem in result["problems"]:
            print(f"PROBLEM: {name}: {problem}")
    _bench.write_json(options.out, "bench.json", report)
    failed = any(result["exit_status"] for result in report["benches"].values())
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
