"""What an adapter says about its tool: see peer_*.py, one file for each."""

import dataclasses
import json
import os
import typing


@dataclasses.dataclass
class Reported:
    """What a tool says about a run."""

    ok: int
    ttft_p50_ms: float
    ttft_p99_ms: float
    note: str = ""


@dataclasses.dataclass(frozen=True)
class Peer:
    name: str  # for --only and peers.json
    title: str  # for tables, with the release
    about: str  # how it is run here, and what it does by default that others do not
    command: typing.Callable  # (folder of the virtual environment, Work) -> arguments of a process
    read: typing.Callable  # (the run's folder) -> Reported
    # Arguments of `pip install`, one call after the other; empty: nothing to install.
    install: tuple = ()
    # Peers that name the same environment share what is installed there.
    venv: str = ""
    environment: dict = dataclasses.field(default_factory=dict)
    ended_well: tuple = (0,)  # exit statuses


# No tool may look for models or report home, and none may send loopback traffic to a proxy.
QUIET = {
    "HF_HUB_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1", "NO_COLOR": "1",
    "NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost",
}
OFFLINE = {**QUIET, "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}


def load_json(folder, *names):
    with open(os.path.join(folder, *names), encoding="utf-8") as file:
        return json.load(file)
