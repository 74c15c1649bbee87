#!/usr/bin/env python3
"""Other load testers, and Monsoon, against one mock engine with the same work.

    bench_peers.py [--runs N] [--streams 128,1000] [--ttft DIST] [--itl DIST] [--only NAME,...]
                   [--out DIR] [--markdown]

Installs pinned releases under build/bench-peers (kept between runs), then runs each in turn with
TTFT 50 ms, 10 ms between tokens, 100 tokens an answer: 1280 requests at 128 streams, 3000 at 1000.
All processes of a tool share one core, the mock engine has the other. Truth is the mock's log,
first_token_ns - received_ns; error = what the tool reports - truth. A run in which the mock's own
lateness p99 is over 1 ms is void. Writes peers.json and what pip installed (packages-*.txt). A peer
that cannot be installed or fails is a row with its reason; the exit status stays 0.
"""

import argparse
import os
import resource
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import _bench  # noqa: E402  (also finds tests/e2e)
import _install
import _measure
import _table
import _work
import peer_aiperf
import peer_evalscope
import peer_guidellm
import peer_monsoon
import peer_vllm

PEERS = (peer_monsoon.PEER, peer_vllm.RUST, peer_vllm.PYTHON, peer_evalscope.PEER, peer_aiperf.PEER,
         peer_guidellm.PEER)
FOLDER = os.path.join(_bench.ROOT, "build", "bench-peers")


def arguments():
    names = [peer.name for peer in PEERS]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="runs of each row (default: 5)")
    parser.add_argument("--streams", default="128,1000", help="default: 128,1000")
    parser.add_argument("--ttft", default=_work.TTFT, metavar="DIST",
                        help=f"the mock engine's, as its --help says (default: {_work.TTFT})")
    parser.add_argument("--itl", default=_work.ITL, metavar="DIST",
                        help=f"the same for the time between tokens (default: {_work.ITL})")
    parser.add_argument("--only", default=",".join(names), help="default: " + ",".join(names))
    parser.add_argument("--out", default=os.path.join(FOLDER, "results"),
                        help="folder for the results (default: build/bench-peers/results)")
    parser.add_argument("--markdown", action="store_true",
                        help="tables as docs/benchmarks.md has them")
    options = parser.parse_args()
    try:
        options.streams = [int(text) for text in options.streams.split(",")]
    except ValueError:
        parser.error("--streams: numbers with commas between them")
    options.only = options.only.split(",")
    unknown = sorted(set(options.only) - set(names))
    if unknown:
        parser.error(f"--only: no peer is called {unknown[0]}; there are {', '.join(names)}")
    if options.runs < 1 or min(options.streams) < 1:
        parser.error("--runs and --streams: at least 1")
    os.makedirs(options.out, exist_ok=True)
    return options


def install(peers, out):
    """(folders of virtual environments, reasons) by peer name."""
    venvs, missing = {}, {}
    reasons = {}  # by environment: two peers may share one
    for peer in peers:
        if not peer.install:
            venvs[peer.name] = None
            continue
        try:
            if peer.venv in reasons:
                raise _install.InstallError(reasons[peer.venv])
            venvs[peer.name] = _install.prepare(peer, FOLDER)
        except _install.InstallError as error:
            missing[peer.name] = reasons[peer.venv] = str(error)
            print(f"{peer.title} is not installed: {error}", flush=True)
            continue
        shutil.copy(os.path.join(FOLDER, peer.venv, "packages.txt"),
                    os.path.join(out, f"packages-{peer.venv}.txt"))
    return venvs, missing


def print_row(number, title, row):
    what = f"run {number}, {row['streams']:>4} streams, {title:<24}"
    if "failed" in row:
        print(f"{what}  FAILED: {row['failed']}", flush=True)
        return
    print(f"{what}  ok {row['ok']}/{row['requests']}  "
          f"TTFT off by p50 {row['ttft_p50_error_ms']:+.2f} "
          f"p99 {row['ttft_p99_error_ms']:+.2f} ms  "
          f"in flight {row['truth']['concurrency']:.0f}  "
          f"CPU {row['cpu_s']:.1f} s ({row['cpu_us_per_token']:.1f} us/token)  "
          f"wall {row['wall_s']:.1f} s  mock late {row['mock_lateness_p99_ms']:.3f} ms  "
          f"{row['note']}{' (void)' if row['void'] else ''}", flush=True)


def raise_open_files():
    """1000 streams are as many sockets, on both sides. Inherited by the peers."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def main():
    options = arguments()
    raise_open_files()
    peers = [peer for peer in PEERS if peer.name in options.only]
    titles = {peer.name: peer.title for peer in peers}
    cores = _bench.two_cores() or (None, None)
    print(f"bench-peers: TTFT {options.ttft}, ITL {options.itl}, {_work.TOKENS} tokens, "
          f"Python {sys.version.split()[0]}")
    _bench.describe(f"all processes of a tool on core {cores[0]}, the mock engine on core "
                    f"{cores[1]}")
    venvs, missing = install(peers, options.out)
    tokenizer = _work.write_tokenizer(os.path.join(FOLDER, "tokenizer"))
    engine = ("--ttft", options.ttft, "--itl", options.itl)
    rows = []
    for number in range(1, options.runs + 1):
        for streams in options.streams:
            for peer in peers:
                if peer.name in missing:
                    continue
                rows.append(_measure.measure(peer, venvs[peer.name], streams, engine, cores,
                                             tokenizer))
                print_row(number, peer.title, rows[-1])
    layout = _table.markdown if options.markdown else _table.text
    for streams in options.streams:
        print(layout(streams, _table.table(rows, streams, missing, titles)) + "\n")
    for peer in peers:
        print(f"{peer.title}: {peer.about}")
    _bench.write_json(options.out, "peers.json", {
        "python": sys.version.split()[0], "pinned": cores[0] is not None,
        "ttft": options.ttft, "itl": options.itl,
        "peers": {peer.name: {"title": peer.title, "about": peer.about} for peer in peers},
        "not_installed": missing, "runs": rows})
    return 0


if __name__ == "__main__":
    sys.exit(main())
