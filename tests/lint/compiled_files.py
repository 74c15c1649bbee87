#!/usr/bin/env python3
"""Prints the sources of ours that a build compiles, one path per line, relative to the repository.

    compiled_files.py COMPILE_COMMANDS [FILE...]

With files, only those among them; a header stands for the source of the same name beside it.
Generated code is left out.
"""

import json
import os
import sys


def main(database, wanted):
    root = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
    with open(database, encoding="utf-8") as file:
        entries = json.load(file)
    build = os.path.realpath(os.path.dirname(database)) + os.sep
    compiled = {os.path.realpath(os.path.join(e["directory"], e["file"])) for e in entries}
    ours = {path for path in compiled if path.startswith(root + os.sep) and not path.startswith(build)}
    if wanted:
        ours &= {os.path.realpath(os.path.splitext(path)[0] + ".cc") for path in wanted}
    for path in sorted(ours):
        print(os.path.relpath(path, root))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
