#!/usr/bin/env python3
"""Runs every test of deploy/ and ends with a table: what passed, what failed, what was skipped and
why. `./dev test-deploy` calls it; names of files choose some of them.

    run_all.py [static_test manifests_test ...]
"""

import importlib
import os
import sys
import unittest

HERE = os.path.realpath(os.path.dirname(__file__))
MODULES = ("static_test", "manifests_test", "tools_test", "slurm_test", "netns_test", "ssh_fleet_test",
           "systemd_test", "slurm_real_test", "container_test")


class Table(unittest.TextTestResult):
    """Remembers what became of each test."""

    def startTestRun(self):
        self.rows = []

    def addSuccess(self, test):
        super().addSuccess(test)
        self.rows.append((test, "passed", ""))

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.rows.append((test, "skipped", reason))

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.rows.append((test, "FAILED", ""))

    def addError(self, test, error):
        super().addError(test, error)
        self.rows.append((test, "FAILED", ""))


def main(names):
    """`names`: files or modules; none: all."""
    suite = unittest.TestSuite()
    for name in names or MODULES:
        # Each time: a test may put the end-to-end tests' folder before this one.
        sys.path.insert(0, HERE)
        module = importlib.import_module(os.path.basename(name).removesuffix(".py"))
        if os.path.dirname(os.path.realpath(module.__file__)) != HERE:
            raise SystemExit(f"{name} is not a test of {HERE}")
        suite.addTests(unittest.defaultTestLoader.loadTestsFromModule(module))
    result = unittest.TextTestRunner(verbosity=2, resultclass=Table).run(suite)
    print()
    for test, outcome, reason in result.rows:
        print(f"{outcome:8} {test.id()}" + (f": {reason}" if reason else ""))
    counts = {what: sum(row[1] == what for row in result.rows)
              for what in ("passed", "FAILED", "skipped")}
    print(", ".join(f"{count} {what}" for what, count in counts.items()))
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
