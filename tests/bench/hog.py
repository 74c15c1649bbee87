#!/usr/bin/env python3
"""hog.py SHARE: keeps one core busy for this share of every 10 ms, until it is killed."""

import sys
import time

PERIOD_S = 0.010


def main():
    busy_s = float(sys.argv[1]) * PERIOD_S
    while True:
        begin_s = time.perf_counter()
        while time.perf_counter() < begin_s + busy_s:
            pass
        if busy_s < PERIOD_S:
            time.sleep(PERIOD_S - busy_s)


if __name__ == "__main__":
    main()
