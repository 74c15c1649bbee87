"""Agents that stand still before the start, while they are prepared and given their first work. Nothing
was sent yet, so nothing can be lost: the others do all of it, or the run is refused and says why."""

import contextlib
import os
import signal
import time
import unittest

from fleet import QUICK, FleetAgent, Relay, check_books, fleet_scenario, is_suspected
from harness import MockEngine, wait_for
from logging_agent import LoggingAgent
from run_case import RunTest

LEASE_S = 2
REQUESTS = 400


class StoppedAgent(LoggingAgent, FleetAgent):
    """Its log can be asked; it has a spool of its own."""


class PrepareTest(RunTest):
    @contextlib.contextmanager
    def stopped_while_prepared(self, *extra):
        """A run whose second agent stands still while its first prompts, which are big, come in."""
        self.write("big.txt", "".join(f"{number} " + "word " * 60_000 + "\n" for number in range(8)))
        with MockEngine(*QUICK) as mock, FleetAgent() as a, StoppedAgent() as b, Relay(b) as way:
            self.mock, self.near, self.far, self.way = mock, a, b, way
            way.tell("rate up 200000")
            text = fleet_scenario(mock.url, REQUESTS, 8, *extra, lease_s=LEASE_S).replace(
                "{name: openqa, path: questions.jsonl}", "{name: line_by_line, path: big.txt}")
            started = self.start_run(text, "--agents", f"{a.address},{way.address}")
            b.await_event("case_prepared")
            b.signal(signal.SIGSTOP)
            self.began = time.monotonic()
            way.tell("rate up 0")
            try:
                yield started
            finally:
                b.signal(signal.SIGCONT)

    def end(self, started):
        run = started.wait(30)
        if run.db is not None:
            self.addCleanup(run.db.close)
        self.took_s = time.monotonic() - self.began
        return run

    def test_for_good(self):
        """It is shown as silent, then lost with its lease, and the other one carries the whole plan."""
        with self.stopped_while_prepared() as started:
            wait_for(lambda: is_suspected(started, self.way.address), 5, "the silence to be shown")
            run = self.end(started)
            self.mock.stop()
        self.assertLess(self.took_s, LEASE_S + 6, "nobody waits for more than its lease")
        self.assertIn(f"agent {self.way.address} is lost", run.stderr)
        self.assertEqual(run.status, 0, run.describe())
        self.assertEqual(check_books(run, self.mock.truth)["ok"], REQUESTS)
        self.assertEqual({row["agent"] for row in run.requests()}, {self.near.address})
        lost, = [agent for agent in self.only_case(run)["fleet"]["agents"] if agent["lost"]]
        self.assertEqual((lost["name"], lost["lost_requests"]), (self.way.address, 0))

    def test_for_less_than_its_lease(self):
        """The start waits for it, and it does its part."""
        with self.stopped_while_prepared() as started:
            wait_for(lambda: is_suspected(started, self.way.address), 5, "the silence to be shown")
            self.far.signal(signal.SIGCONT)
            run = self.end(started)
            self.mock.stop()
        self.assertEqual(run.status, 0, run.describe())
        self.assertEqual(check_books(run, self.mock.truth)["ok"], REQUESTS)
        self.assertGreater(sum(row["agent"] == self.way.address for row in run.requests()), 0)
        self.assertNotIn("is lost", run.stderr)

    def test_where_a_loss_ends_the_run(self):
        with self.stopped_while_prepared("on_agent_loss: abort") as started:
            run = self.end(started)
            self.mock.stop()
        self.assertEqual(run.status, 2, run.describe())
        self.assertIn(f"agent {self.way.address} was lost: nothing was heard from it", run.stderr)
        self.assertEqual(self.mock.truth, [])
        self.assertFalse(os.path.exists(run.run_dir), "a run without load leaves nothing")


if __name__ == "__main__":
    unittest.main()
