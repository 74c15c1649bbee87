"""Wall clocks that are set while a case runs, on an agent and on the controller: told, and otherwise of no
consequence; leases, latencies and spools do not go by them. (tests/tools/step_clock.cc)"""

import contextlib
import os
import signal
import time
import unittest

import harness
from fleet import FleetAgent, answered, check_books, fleet_scenario
from harness import MockEngine, wait_for
from run_case import RunTest

HOUR_S = 3600
ENGINE = ("--ttft", "20ms", "--itl", "2ms", "--tokens", 5)
REQUESTS = 1500


class WallClock:
    """Of the programs that are started within programs()."""

    def __init__(self, path):
        self.path = path
        self.set(0)

    def set(self, seconds):
        """To so much more than the true time."""
        with open(self.path, "r+b" if os.path.exists(self.path) else "wb") as file:
            file.write((seconds * 10**9).to_bytes(8, "little", signed=True))

    @contextlib.contextmanager
    def programs(self):
        library = os.path.join(os.path.dirname(harness.BIN), "tests", "tools", "step_clock.so")
        if not os.path.exists(library):
            raise harness.HarnessError(f"{library} is missing: build it with ./dev build")
        os.environ.update(LD_PRELOAD=library, STEP_CLOCK_FILE=self.path)
        try:
            yield
        finally:
            del os.environ["LD_PRELOAD"], os.environ["STEP_CLOCK_FILE"]


class WallClockTest(RunTest):
    def setUp(self):
        super().setUp()
        self.clock = WallClock(os.path.join(self.folder, "step.bin"))

    def set_twice(self, mock):
        """Back by an hour, then two days on."""
        for answers, seconds in ((300, -HOUR_S), (800, 48 * HOUR_S)):
            wait_for(lambda least=answers: answered(mock) > least, 60, f"{answers} answers")
            self.clock.set(seconds)

    def finish(self, started, mock):
        run = started.wait(60)
        self.addCleanup(run.db.close)
        mock.stop()
        self.assertEqual(run.status, 0, run.describe())
        self.assertEqual(check_books(run, mock.truth)["ok"], REQUESTS)
        self.assert_matches_truth(run, mock)
        return self.only_case(run)

    def test_an_agents(self):
        with MockEngine(*ENGINE) as mock, contextlib.ExitStack() as stack:
            with self.clock.programs():
                a = stack.enter_context(FleetAgent())
            b = stack.enter_context(FleetAgent())
            started = self.start_run(fleet_scenario(mock.url, REQUESTS, 16), "--agents",
                                     f"{a.address},{b.address}")
            self.set_twice(mock)
            case = self.finish(started, mock)
        self.assertAlmostEqual(case["client"]["clock_step_s"], 49 * HOUR_S, delta=1)
        told = [note for note in case["warnings"] if "wall clock of agent" in note]
        self.assertEqual(len(told), 1, case["warnings"])
        self.assertIn(a.address, told[0])

    def test_an_agents_with_records_on_its_disk(self):
        """Spools are kept for a day: two days in one moment do not age one that is being written."""
        with MockEngine(*ENGINE) as mock, contextlib.ExitStack() as stack:
            with self.clock.programs():
                a = stack.enter_context(FleetAgent("--spool-memory-bytes", 4096))
            started = self.start_run(fleet_scenario(mock.url, REQUESTS, 16, lease_s=8), "--agents",
                                     a.address)
            wait_for(lambda: answered(mock) > 300, 60, "300 answers")
            started.signal(signal.SIGSTOP)
            time.sleep(0.5)
            self.clock.set(48 * HOUR_S)
            time.sleep(0.5)
            started.signal(signal.SIGCONT)
            self.finish(started, mock)

    def test_the_controllers(self):
        with MockEngine(*ENGINE) as mock, FleetAgent() as a, FleetAgent() as b:
            with self.clock.programs():
                started = self.start_run(fleet_scenario(mock.url, REQUESTS, 16), "--agents",
                                         f"{a.address},{b.address}")
            self.set_twice(mock)
            case = self.finish(started, mock)
        self.assertEqual(case["client"]["clock_step_s"], 0)
        self.assertLess(case["window_s"], 60)


if __name__ == "__main__":
    unittest.main()
