"""The flags that our programs know, from their --help, and the flags that a text uses of them."""

import functools
import os
import re
import subprocess

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
BIN = os.path.realpath(os.environ.get("MONSOON_BIN", os.path.join(ROOT, "build", "bin")))
FLAG = re.compile(r"(?<![\w-])--[a-z][a-z0-9-]*")


@functools.lru_cache(maxsize=None)
def flags_of(program, command=""):
    """Every flag in the help of `program` or of one of its commands."""
    arguments = [os.path.join(BIN, program), *command.split(), "--help"]
    done = subprocess.run(arguments, check=True, capture_output=True, text=True, timeout=60)
    # Only where a line of the table begins, not where a flag's text names another one.
    return {flag for line in done.stdout.splitlines()
            for flag in FLAG.findall(re.split(r"\s{2,}|[ =]", line.strip())[0] if
                                     line.strip().startswith("-") else "")}


def unknown_flags(arguments, known):
    """Those of the list that no program of ours has: values after "=" do not matter."""
    used = {argument.split("=")[0] for argument in arguments if argument.startswith("--")}
    return sorted(used - known)
