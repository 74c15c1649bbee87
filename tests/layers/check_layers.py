#!/usr/bin/env python3
"""Checks every #include of ours against the table of who may include what (table.txt).

Headers of system packages are visible to every target, so link rules alone do not hold the layers;
this does. Prints one line per broken rule, "file:line: what, and which rule", and exits 1 if there
is any; exits 2 if the table itself cannot be read.

    check_layers.py [--root DIR] [--table FILE] [FILE...]
"""

import argparse
import os
import re
import sys

FOLDERS = ("common", "agent", "controller", "tests/mock_engine")
SUFFIXES = (".h", ".cc", ".inc")
INCLUDE = re.compile(r'^\s*#\s*include\s*(<[^>]+>|"[^"]+")')


class TableError(Exception):
    pass


def to_regex(pattern):
    """`*` stays inside a folder, `**` does not."""
    parts = re.split(r"(\*\*|\*)", pattern)
    return re.compile("".join({"**": ".*", "*": "[^/]*"}.get(p, re.escape(p)) for p in parts) + r"\Z")


class Terms:
    """The right-hand side of a line: matches when one term does and no negated one does."""

    def __init__(self, text, groups):
        self.wanted, self.banned = [], []
        for word in text.split():
            target, word = (self.banned, word[1:]) if word.startswith("-") else (self.wanted, word)
            if word in groups:
                target.append(groups[word].matches)
            elif re.fullmatch(r"[a-z-]+", word):
                raise TableError(f"no group is called {word!r}; define it above its first use")
            else:
                target.append(self._pattern(word))

    @staticmethod
    def _pattern(word):
        angle = word.startswith("<")
        regex = to_regex(word.strip("<>"))
        # <x> in the table means the header of the system; a bare path means either way of writing it.
        return lambda path, is_angle: (is_angle or not angle) and regex.match(path) is not None

    def matches(self, path, is_angle):
        return any(m(path, is_angle) for m in self.wanted) and not any(
            m(path, is_angle) for m in self.banned)


class Table:
    def __init__(self, text):
        self.groups, self.rules = {}, []
        for number, line in enumerate(text.splitlines(), 1):
            line = line.strip()
            if not line or line.startswith("#"):
                continue
            match = re.fullmatch(r"(group|allow)\s+(\S+)\s*=\s*(.+)", line)
            if not match:
                raise TableError(f"line {number}: expected 'group NAME = ...' or 'allow FILES = ...'")
            kind, name, right = match.groups()
            try:
                terms = Terms(right, self.groups)
            except TableError as error:
                raise TableError(f"line {number}: {error}") from None
            if kind == "group":
                self.groups[name] = terms
            else:
                self.rules.append((name, to_regex(name), terms))

    def rule_for(self, file):
        for name, regex, terms in self.rules:
            if regex.match(file):
                return name, terms
        return None

    def group_of(self, path, is_angle):
        for name, terms in self.groups.items():
            if terms.matches(path, is_angle):
                return name
        return None


def check_file(table, root, file):
    """Yields one message per broken rule in `file` (relative to `root`)."""
    rule = table.rule_for(file)
    if rule is None:
        yield f"{file}:1: no line of the table covers this file; add one for its folder"
        return
    files, allowed = rule
    with open(os.path.join(root, file), encoding="utf-8") as source:
        for number, line in enumerate(source, 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            written = match.group(1)
            path, is_angle = written[1:-1], written.startswith("<")
            if "/" not in path and not is_angle and table.group_of(path, True) is None:
                yield f"{file}:{number}: {written}: write includes from the root of the repository"
            elif path.startswith("."):
                yield f"{file}:{number}: {written}: write includes from the root of the repository"
            elif not allowed.matches(path, is_angle):
                group = table.group_of(path, is_angle)
                what = f"{written} ({group})" if group else written
                hint = "" if group or not is_angle else "; no group of the table knows this header"
                yield f"{file}:{number}: {what} is not allowed in {files}{hint}"


def our_files(root):
    for folder in FOLDERS:
        for where, folders, names in os.walk(os.path.join(root, folder)):
            folders.sort()
            for name in sorted(names):
                if name.endswith(SUFFIXES):
                    yield os.path.relpath(os.path.join(where, name), root)


def main(arguments):
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", default=os.path.join(here, "..", ".."))
    parser.add_argument("--table", default=os.path.join(here, "table.txt"))
    parser.add_argument("files", nargs="*", help="default: every source file of the table's folders")
    options = parser.parse_args(arguments)

    try:
        with open(options.table, encoding="utf-8") as table_file:
            table = Table(table_file.read())
    except (OSError, TableError) as error:
        print(f"{options.table}: {error}", file=sys.stderr)
        return 2

    if options.files:
        paths = (os.path.relpath(f, options.root) for f in options.files)
        files = [p for p in paths
                 if p.endswith(SUFFIXES) and p.startswith(tuple(f + "/" for f in FOLDERS))]
    else:
        files = list(our_files(options.root))
        if not files:
            print(f"{options.root}: no source files found; is --root right?", file=sys.stderr)
            return 2
    broken = [message for file in files for message in check_file(table, options.root, file)]
    for message in broken:
        print(message)
    print(f"layers: {len(files)} files, {len(broken)} broken rules (tests/layers/table.txt)")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
