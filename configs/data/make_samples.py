#!/usr/bin/env python3
"""Writes the sample datasets of this folder: openqa_zh_sample.jsonl and longalpaca_sample.json.

Needs nothing but the standard library and gives the same bytes on every machine:

    python3 configs/data/make_samples.py            # writes both files beside this script
    python3 configs/data/make_samples.py --check    # exit status 1 when they are not what it would write
"""

import json
import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER / "source"))
sys.dont_write_bytecode = True

import journal  # noqa: E402
import minutes  # noqa: E402
import report  # noqa: E402
from deck import Deck  # noqa: E402

LONG_TEXTS = 27
SHORTEST, LONGEST = 8_300, 28_000


def openqa_lines():
    lines = (FOLDER / "source" / "questions_zh.txt").read_text(encoding="utf-8").splitlines()
    for line in lines:
        if line and not line.startswith("#"):
            question, _, answer = line.partition("|")
            entry = {
                "question": question,
                "human_answers": [answer] if answer else [],
                "chatgpt_answers": [],
            }
            yield json.dumps(entry, ensure_ascii=False) + "\n"


def long_entries():
    for i in range(LONG_TEXTS):
        # Short and long ones alternate, as in real data: 11 is coprime to 27.
        rank = i * 11 % LONG_TEXTS
        length = SHORTEST + (LONGEST - SHORTEST) * rank // (LONG_TEXTS - 1)
        kind = (report, minutes, journal)[i % 3]
        instruction, output = kind.make(Deck(1000 + i), i // 3, length)
        yield {"instruction": instruction, "output": output, "input": ""}


def main():
    files = {
        "openqa_zh_sample.jsonl": "".join(openqa_lines()),
        "longalpaca_sample.json": json.dumps(list(long_entries()), ensure_ascii=False, indent=2) + "\n",
    }
    stale = 0
    for name, text in files.items():
        path = FOLDER / name
        if "--check" in sys.argv[1:]:
            if not path.exists() or path.read_bytes() != text.encode():
                print(f"{path} is stale: run configs/data/make_samples.py", file=sys.stderr)
                stale = 1
        else:
            path.write_bytes(text.encode())
    return stale


if __name__ == "__main__":
    sys.exit(main())
