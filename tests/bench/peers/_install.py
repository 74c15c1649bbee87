"""A virtual environment for each peer, kept between runs under build/bench-peers."""

import json
import os
import shutil
import subprocess
import sys

LIMIT_S = 1800


class InstallError(Exception):
    """The message is the reason for the table."""


def prepare(peer, folder):
    """The folder of the peer's virtual environment, made and filled unless it is there with exactly
    these requirements; with what pip chose in packages.txt beside it."""
    place = os.path.join(folder, peer.venv)
    venv, marker = os.path.join(place, "venv"), os.path.join(place, "installed.json")
    wanted = {"python": sys.version.split()[0], "install": [list(call) for call in peer.install]}
    if _read(marker) == wanted:
        return venv
    print(f"installing {peer.title} into {os.path.relpath(venv)}", flush=True)
    shutil.rmtree(place, ignore_errors=True)
    os.makedirs(place)
    log = os.path.join(place, "install.txt")
    _call([sys.executable, "-m", "venv", venv], log)
    for arguments in peer.install:
        _call([f"{venv}/bin/pip", "install", "--no-input", *arguments], log)
    _call([f"{venv}/bin/pip", "freeze"], os.path.join(place, "packages.txt"))
    with open(marker, "w", encoding="utf-8") as file:
        json.dump(wanted, file)
    return venv


def _read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return None


def _call(command, log):
    with open(log, "ab") as file:
        try:
            status = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=file, stderr=file,
                                    timeout=LIMIT_S, check=False).returncode
        except subprocess.TimeoutExpired:
            raise InstallError(f"installing took longer than {LIMIT_S} s") from None
        except OSError as error:
            raise InstallError(f"{command[0]}: {error.strerror}") from None
    if status != 0:
        raise InstallError(f"{os.path.basename(command[0])} ended with status {status}: "
                           f"{last_line(log)} (all of it: {os.path.relpath(log)})")


def last_line(path):
    """The last line that says something; pip's begin with ERROR."""
    with open(path, encoding="utf-8", errors="replace") as file:
        lines = [line.strip() for line in file if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")]
    return (errors or lines or ["it said nothing"])[-1][:300]
