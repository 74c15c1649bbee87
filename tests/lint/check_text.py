#!/usr/bin/env python3
"""House rules about text that no compiler keeps: see RULES below and docs/development.md.

Prints one line per broken rule, "file:line: what to do", and exits 1 if there is any.

    check_text.py [--root DIR] [FILE...]      default: every file of ours that git would track
"""

import argparse
import os
import re
import subprocess
import sys

FOLDERS = ("agent/", "cmake/", "common/", "configs/", "controller/", "deploy/", "docs/", "proto/",
           "tests/", ".ci/")
CPP = (".h", ".cc", ".inc")
TEXT = CPP + (".py", ".proto", ".txt", ".cmake", ".yaml", ".yml", ".md", ".sh", ".json", ".service",
              ".supp", ".html", ".js", ".css", ".rs", ".toml")
NAMES = ("dev", ".ci/run", ".clang-tidy", ".clang-format", ".editorconfig", ".gitignore",
         "CMakeLists.txt", "CMakePresets.json", "CONTRIBUTING.md", "README.md")
# Held as data: expected outputs and test inputs may be as ugly as what they stand for.
DATA = ("tests/golden/", "tests/fuzz/corpus/", "configs/data/")

MAX_CPP_LINES = 300
# In two halves, so that this file passes its own check.
UNFINISHED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "X" + "XX"]) + r")\b")
# "/home/user" is nobody's: it stands for any home folder.
MACHINE_PATH = re.compile(r"(?<![\w.~-])/(home|root|Users)/(?!user\b)\w")
GLOB = re.compile(r"\bfile\s*\(\s*GLOB", re.IGNORECASE)


def check_lines(path, lines, root):
    """Rules for single lines: yields (line number, message)."""
    checkout = re.compile(re.escape(os.path.abspath(root)) + r"(?![\w.-])") if len(
        os.path.abspath(root)) > 1 else None
    for number, line in enumerate(lines, 1):
        if line != line.rstrip():
            yield number, "blanks at the end of the line; remove them"
        if "\t" in line and path.endswith(CPP):
            yield number, "a tab; use spaces"
        if UNFINISHED.search(line):
            yield number, "unfinished work is named in an issue, not in the source; finish or remove it"
        if MACHINE_PATH.search(line) or (checkout and checkout.search(line)):
            yield number, "a path of one machine; make it relative or a parameter"
        if path.endswith(("CMakeLists.txt", ".cmake")) and GLOB.search(line.split("#")[0]):
            yield number, "list the sources by name instead of a GLOB"


def check_cpp(path, lines):
    """Rules for whole C++ files."""
    if not lines or not lines[0].startswith("//"):
        if path.endswith(".h"):
            yield 1, "open the header with a paragraph: what it is, who may call it, who owns what"
    if path.endswith(".h") and "#pragma once" not in lines:
        yield 1, "a header needs #pragma once"
    if len(lines) > MAX_CPP_LINES:
        yield MAX_CPP_LINES + 1, f"{len(lines)} lines; over {MAX_CPP_LINES} it holds two ideas: split it"


def check_file(root, path):
    with open(os.path.join(root, path), "rb") as file:
        raw = file.read()
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        yield 1, f"not UTF-8 at byte {error.start}"
        return
    if not text:
        return
    lines = text.split("\n")
    if lines[-1] != "":
        yield len(lines), "the last line lacks its newline"
    else:
        lines.pop()
        if lines and lines[-1] == "":
            yield len(lines), "an empty line at the end of the file; remove it"
    yield from check_lines(path, lines, root)
    if path.endswith(CPP):
        yield from check_cpp(path, lines)


def is_ours(path):
    if path.startswith(DATA):
        return False
    return path in NAMES or (path.startswith(FOLDERS) and path.endswith(TEXT))


def our_files(root):
    """What git tracks or would track; without git (an unpacked archive), what lies in our folders."""
    try:
        listed = subprocess.run(
            ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            check=True, capture_output=True, timeout=60).stdout.decode().split("\0")
        paths = [p for p in listed if p and os.path.isfile(os.path.join(root, p))]
    except (OSError, subprocess.SubprocessError):
        paths = [os.path.relpath(os.path.join(where, name), root)
                 for where, _, names in os.walk(root) for name in names]
    return sorted({p for p in paths if is_ours(p)})


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", default=os.path.join(os.path.dirname(__file__), "..", ".."))
    parser.add_argument("files", nargs="*")
    options = parser.parse_args(arguments)

    files = ([p for p in (os.path.relpath(f, options.root) for f in options.files) if is_ours(p)]
             if options.files else our_files(options.root))
    broken = 0
    for path in files:
        for number, message in check_file(options.root, path):
            print(f"{path}:{number}: {message}")
            broken += 1
    print(f"text: {len(files)} files, {broken} broken rules (tests/lint/check_text.py)")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
