"""A fleet at its edges: messages beyond gRPC's usual limit, one agent named twice, and a second
controller."""

import os
import unittest

from fleet import QUICK, FleetAgent, Relay, answered, check_books, fleet_scenario
from harness import MockEngine, wait_for
from run_case import RunTest


class BigMessagesTest(RunTest):
    def test_prompts_beyond_four_mebibytes(self):
        path = self.write("big.txt", "".join(
            (f"{number} " + "word " * 1_100_000) + "\n" for number in range(3)))
        self.assertGreater(os.path.getsize(path) / 3, 5 << 20)
        with MockEngine(*QUICK) as mock, FleetAgent() as a, FleetAgent() as b:
            text = fleet_scenario(mock.url, 12, 4, lease_s=10).replace(
                "{name: openqa, path: questions.jsonl}", "{name: line_by_line, path: big.txt}")
            run = self.run_controller(text, "--agents", f"{a.address},{b.address}")
            mock.stop()
        self.assertEqual(run.status, 0, run.describe())
        self.assertEqual(check_books(run, mock.truth)["ok"], 12)
        self.assertGreater(min(row["prompt_tokens"] for row in mock.truth), 1_000_000)


class WhoMayTest(RunTest):
    def test_one_agent_named_twice(self):
        with MockEngine(*QUICK) as mock, FleetAgent() as a:
            run = self.run_controller(fleet_scenario(mock.url, 100, 4), "--agents",
                                      f"{a.address},{a.address}")
            mock.stop()
        self.assertEqual(run.status, 2, run.describe())
        self.assertIn(a.address, run.stderr)
        self.assertEqual(mock.truth, [])

    def test_one_agent_by_two_names(self):
        with MockEngine(*QUICK) as mock, FleetAgent() as a, Relay(a) as way:
            run = self.run_controller(fleet_scenario(mock.url, 100, 4), "--agents",
                                      f"{a.address},{way.address}")
            mock.stop()
        self.assertEqual(run.status, 2, run.describe())
        self.assertTrue(a.address in run.stderr or way.address in run.stderr, run.stderr)
        self.assertEqual(mock.truth, [])

    def test_a_second_controller_is_refused_and_disturbs_nobody(self):
        with MockEngine(*QUICK) as mock, FleetAgent() as a:
            text = fleet_scenario(mock.url, 3000, 8)
            first = self.start_run(text, "--agents", a.address, out="first")
            wait_for(lambda: answered(mock) > 100, 60, "100 answers")
            second = self.run_controller("scenario.yaml", "--agents", a.address, out="second")
            run = first.wait(60)
            self.addCleanup(run.db.close)
            mock.stop()
        self.assertEqual(second.status, 2, second.describe())
        self.assertIn(a.address, second.stderr)
        self.assertEqual(run.status, 0, run.describe())
        self.assertEqual(check_books(run, mock.truth)["ok"], 3000)


if __name__ == "__main__":
    unittest.main()
