#!/usr/bin/env python3
"""The licences of the Rust crates that are linked into the controller, for its copyright file.

    crate_notices.py CRATE_DIR      the folder with Cargo.lock; prints to standard output

Needs cargo and the crates that a build fetched, and no network. A licence text that several crates
share is printed once.
"""

import json
import os
import platform
import subprocess
import sys

TEXTS = ("license", "licence", "copying", "notice")


def crates(folder):
    """Everything that a normal build of ours depends on, ours left out: (package, ...) by name."""
    meta = json.loads(subprocess.run(
        [os.environ.get("CARGO", "cargo"), "metadata", "--format-version", "1", "--locked",
         "--offline", "--filter-platform", platform.machine() + "-unknown-linux-gnu",
         "--manifest-path", os.path.join(folder, "Cargo.toml")],
        check=True, capture_output=True, timeout=120).stdout)
    ours = set(meta["workspace_members"])
    return sorted((p for p in meta["packages"] if p["id"] not in ours),
                  key=lambda package: (package["name"], package["version"]))


def licence_texts(package):
    folder = os.path.dirname(package["manifest_path"])
    for name in sorted(os.listdir(folder)):
        if name.lower().startswith(TEXTS) and os.path.isfile(os.path.join(folder, name)):
            with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
                text = file.read().strip()
            # Debian keeps the text of this licence once for all; the package's copyright says where.
            if not ("Apache License" in text[:200] and "Version 2.0, January 2004" in text[:300]):
                yield text


def main(folder):
    shared = {}
    print("\nRust crates\n===========\n")
    for package in crates(folder):
        print(f"{package['name']} {package['version']}: {package['license'] or 'see its text'}")
        for text in licence_texts(package):
            shared.setdefault(text, []).append(package["name"])
    for text, names in shared.items():
        print("\n" + "-" * 72 + "\nOf " + ", ".join(dict.fromkeys(names)) + ":\n\n" + text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
