"""One run of one peer against a mock engine of its own, as a row of peers.json."""

import contextlib
import tempfile

import _bench
import _client
import _truth
import _work
import harness

LIMIT_S = 400
LATE_LIMIT_MS = 1.0
# What a tool wrote last, for the reason why there is no result.
TAIL_CHARACTERS = 300


def measure(peer, venv, streams, engine_flags, cores, tokenizer):
    """`engine_flags`: the mock engine's script; `cores`: (client, engine), each None for any."""
    requests = _work.requests_for(streams)
    row = {"peer": peer.name, "streams": streams, "requests": requests}
    machine = _bench.Machine()
    with tempfile.TemporaryDirectory(prefix="monsoon-peers-") as folder:
        with contextlib.ExitStack() as stack:
            with _bench.on_core(cores[1]):
                mock = stack.enter_context(harness.MockEngine(
                    *engine_flags, "--tokens", _work.TOKENS, "--model", _work.MODEL))
            work = _work.Work(mock.address, streams, requests, folder, tokenizer)
            client = _client.run(peer.command(venv, work), peer.environment, folder, LIMIT_S,
                                 {mock.process.pid}, cores)
        row.update(_costs(client), machine=machine.shares())
        row.update(_engine(mock, client))
        row.update(_reported(peer, client, folder))
    if "failed" not in row:
        for name in ("p50", "p99"):
            row[f"ttft_{name}_error_ms"] = row[f"ttft_{name}_ms"] - row["truth"][f"ttft_{name}_ms"]
    return row


def _costs(client):
    return {"wall_s": client.wall_s, "cpu_s": client.cpu_s, "status": client.status}


def _engine(mock, client):
    truth = _truth.summary(mock.truth)
    if not mock.summary or truth is None:
        return {"failed": "no request was answered: " + tail(client.output), "void": False}
    late_ms = mock.summary["lateness_ns"]["p99"] / 1e6
    load_cpu_s = client.cpu_between_s(truth["begin_ns"], truth["end_ns"])
    return {
        "truth": truth,
        "mock_lateness_p99_ms": late_ms,
        "mock_cpu_s": mock.summary["cpu_s"],
        "void": late_ms > LATE_LIMIT_MS,
        "load_s": (truth["end_ns"] - truth["begin_ns"]) / 1e9,
        "load_cpu_s": load_cpu_s,
        "cpu_us_per_token": load_cpu_s / truth["tokens"] * 1e6,
    }


def _reported(peer, client, folder):
    if client.status is None:
        return {"failed": f"it did not end within {LIMIT_S} s"}
    if client.status not in peer.ended_well:
        return {"failed": f"it ended with status {client.status}: {tail(client.output)}"}
    try:
        said = peer.read(folder)
    except (OSError, ValueError, LookupError, TypeError) as error:
        return {"failed": f"its result cannot be read: {type(error).__name__}: {error}"}
    return {"ok": said.ok, "ttft_p50_ms": said.ttft_p50_ms, "ttft_p99_ms": said.ttft_p99_ms,
            "note": said.note}


def tail(output):
    return " ".join(output.split())[-TAIL_CHARACTERS:] or "it said nothing"
