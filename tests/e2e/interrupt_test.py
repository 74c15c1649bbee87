"""Ctrl-C: the first one drains and still reports, the second one stops."""

import signal
import time
import unittest

from harness import MockEngine, established_connections, wait_for
from run_case import NO_PREFLIGHT, RunTest, scenario


class InterruptTest(RunTest):
    def answered(self, mock):
        """Requests that the mock engine has written into its log so far."""
        with open(mock.path("truth.csv"), encoding="utf-8") as log:
            return max(0, sum(1 for _ in log) - 1)

    def check_incomplete(self, run, mock):
        case = self.only_case(run)
        self.assertEqual(run.status, 4, run.describe())
        self.assertEqual(case["verdict"], "INCOMPLETE", case)
        self.assertTrue(case["reasons"], "INCOMPLETE says what is missing")
        self.assert_conserved(case)
        self.assert_all_files(run)
        self.assert_ids_match(run, mock)
        return case["requests"]

    def test_the_first_signal_drains(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(signal=number.name):
                self.check_drain(number)

    def check_drain(self, number):
        with MockEngine("--ttft", "20ms", "--itl", "10ms", "--tokens", 20) as mock:
            started = self.start_run(scenario(mock.url, 2000, 8), out=number.name)
            wait_for(lambda: self.answered(mock) >= 24, 60, "24 answered requests")
            started.signal(number)
            run = started.wait(60)
            self.addCleanup(run.db.close)
        requests = self.check_incomplete(run, mock)
        # What was in flight was let finish; the rest never left.
        self.assertEqual(requests["planned"], 2000)
        self.assertGreaterEqual(requests["ok"], 24)
        self.assertEqual(requests["cancelled"], 0)
        self.assertEqual(requests["not_sent"], 2000 - requests["ok"])
        self.assertEqual({row["outcome"] for row in mock.truth}, {"ok"})

    def test_the_second_signal_stops_what_is_in_flight(self):
        # Four short answers, then such that take 590 s: that drain cannot end by itself.
        tokens = self.write("tokens.txt", "1\n" * 4 + "60\n" * 96)
        with MockEngine("--ttft", "10ms", "--itl", "10s", "--tokens", f"file:{tokens}") as mock:
            started = self.start_run(scenario(mock.url, 100, 4) + NO_PREFLIGHT)
            wait_for(lambda: self.answered(mock) == 4, 60, "four answers")
            wait_for(lambda: established_connections(mock.port) == 4, 60, "four open streams")
            time.sleep(1)
            started.signal()
            time.sleep(1)
            self.assertIsNone(started.process.poll(), "the first signal lets requests finish")
            started.signal()
            run = started.wait(20)
            self.addCleanup(run.db.close)
        requests = self.check_incomplete(run, mock)
        self.assertEqual((requests["ok"], requests["cancelled"], requests["not_sent"]), (4, 4, 92))

    def test_cases_that_never_began_are_in_the_report(self):
        with MockEngine("--ttft", "20ms", "--itl", "10ms", "--tokens", 20) as mock:
            text = scenario(mock.url, 300, 8).replace("concurrency: 8", "concurrency: [8, 4, 2]")
            started = self.start_run(text)
            wait_for(lambda: self.answered(mock) >= 24, 60, "24 answered requests")
            started.signal()
            run = started.wait(60)
            self.addCleanup(run.db.close)
        self.assertEqual(run.status, 4, run.describe())
        self.assertEqual([c["concurrency"] for c in run.report["cases"]], [8, 4, 2])
        for case in run.report["cases"]:
            self.assert_conserved(case)
        for case in run.report["cases"][1:]:
            self.assertEqual(case["requests"]["not_sent"], 300)
            self.assertIn("interrupted", " ".join(case["reasons"]))


if __name__ == "__main__":
    unittest.main()
