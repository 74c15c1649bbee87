"""A fleet at its edges: full disks, messages beyond gRPC's usual limit, Ctrl-C in every phase, one agent
named twice, and a second controller."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from fleet import (LEASE_S, QUICK, SLOW, FleetAgent, Relay, answered, check_books, fleet_scenario)
from harness import MockEngine, wait_for
from run_case import RunTest


class SmallDisk:
    """A folder on a tmpfs of `size`. Needs root; available() says so."""

    @staticmethod
    def available():
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder],
                                  capture_output=True, check=False)
            if done.returncode == 0:
                subprocess.run(["umount", folder], check=True)
            return done.returncode == 0

    def __init__(self, size):
        self.size = size
        self.path = ""

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="monsoon-small-disk-")
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={self.size}", "tmpfs", self.path],
                       check=True)
        return self.path

    def __exit__(self, *exception):
        subprocess.run(["umount", "-l", self.path], check=True)
        shutil.rmtree(self.path)


class FullDiskTest(RunTest):
    def setUp(self):
        super().setUp()
        if not SmallDisk.available():
            self.skipTest("mounting a small tmpfs is not permitted here (it takes root)")

    def test_the_controllers_disk_is_full(self):
        with MockEngine(*QUICK) as mock, FleetAgent() as a, FleetAgent() as b, \
             SmallDisk("1m") as disk:
            text = fleet_scenario(mock.url, 20_000, 16)
            started = self.start_run(text, "--agents", f"{a.address},{b.address}",
                                     out=os.path.join(disk, "run"))
            run = started.wait(90)
            if run.db is not None:
                run.db.close()
            ended_ns = time.monotonic_ns()
            time.sleep(LEASE_S + 1)
            mock.stop()
        self.assertNotEqual(run.status, 0, run.describe())
        self.assertIn("full", run.stdout + run.stderr, run.describe())
        self.assertIn("`controller resume ", run.stderr, "the agents keep the rest")
        self.assertNotIn("do not add up", run.stdout, run.describe())
        late = [row for row in mock.truth if row["received_ns"] > ended_ns + LEASE_S * 1e9]
        self.assertEqual(late, [], "the load ends with the run")
        seen = [row["request_id"] for row in mock.truth]
        self.assertEqual(len(seen), len(set(seen)))

    def test_the_agents_disk_is_full(self):
        """Its records find no place while the controller is away: it gives the case up, and says why."""
        with MockEngine(*QUICK) as mock, SmallDisk("16k") as disk, \
             FleetAgent("--spool-memory-bytes", 4096, spool=disk) as a, FleetAgent() as b, \
             Relay(a) as way:
            text = fleet_scenario(mock.url, 8000, 16, lease_s=6)
            started = self.start_run(text, "--agents", f"{way.address},{b.address}")
            wait_for(lambda: answered(mock) > 400, 60, "400 answers")
            way.tell("hold 4s")
            run = started.wait(90)
            self.addCleanup(run.db.close)
            self.assertIsNone(a.process.poll(), "a full disk does not end the agent")
            mock.stop()
        counts = check_books(run, mock.truth)
        self.assertEqual(run.status, 4, run.describe())
        self.assertIn("No space left", " ".join(run.report["cases"][0]["reasons"]))
        self.assertEqual(counts["lost"], 0, "what it had recorded is kept and reported")
        self.assertGreater(counts["not_sent"], 0)
        self.assertGreater(counts["ok"], 6000, "the other agent did the rest")


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


class InterruptTest(RunTest):
    def interrupted(self, mock, agents, *moments):
        """Signals at those moments (seconds after the first answer; before it, after the start)."""
        started = self.start_run(fleet_scenario(mock.url, 4000, 8), "--agents", ",".join(agents))
        for moment in moments:
            moment()
            started.signal(signal.SIGINT)
        run = started.wait(60)
        if run.db is not None:
            self.addCleanup(run.db.close)
        mock.stop()
        return run

    def test_while_it_prepares(self):
        with MockEngine(*QUICK) as mock, FleetAgent() as a, FleetAgent() as b, Relay(b) as way:
            way.tell("delay both 300ms")
            run = self.interrupted(mock, (a.address, way.address), lambda: time.sleep(0.5))
        self.assertEqual(mock.truth, [], run.describe())
        self.assertNotEqual(run.status, 0)
        if run.report is not None:
            check_books(run, mock.truth)

    def test_twice_while_an_agent_does_not_answer(self):
        with MockEngine(*QUICK) as mock, FleetAgent() as a, FleetAgent() as b, Relay(b) as way:
            way.tell("hold")
            begun = time.monotonic()
            run = self.interrupted(mock, (a.address, way.address), lambda: time.sleep(0.5),
                                   lambda: time.sleep(0.2))
        self.assertLess(time.monotonic() - begun, 30)
        self.assertEqual(mock.truth, [])
        self.assertNotEqual(run.status, 0)

    def test_while_it_runs_and_again_while_it_drains(self):
        # Sixteen short answers, then such that take 60 s: that drain does not end by itself.
        tokens = self.write("tokens.txt", "1\n" * 16 + "60\n" * 100)
        with MockEngine("--ttft", "20ms", "--itl", "1s", "--tokens", f"file:{tokens}") as mock, \
             FleetAgent() as a, FleetAgent() as b:
            run = self.interrupted(
                mock, (a.address, b.address),
                lambda: wait_for(lambda: answered(mock) == 16, 60, "16 answers") and time.sleep(1),
                lambda: time.sleep(0.5))
        counts = check_books(run, mock.truth)
        self.assertEqual(run.status, 4, run.describe())
        self.assertEqual((counts["ok"], counts["cancelled"], counts["lost"]), (16, 8, 0))

    def test_while_an_agent_is_silent(self):
        """The first signal waits for what the lease decides; nothing is counted twice."""
        with MockEngine(*SLOW) as mock, FleetAgent() as a, FleetAgent() as b, Relay(b) as way:
            def cut_off():
                wait_for(lambda: answered(mock) > 16, 60, "two rounds of answers")
                way.tell("hold")
                time.sleep(0.3)
            run = self.interrupted(mock, (a.address, way.address), cut_off)
        counts = check_books(run, mock.truth)
        self.assertEqual(run.status, 4, run.describe())
        self.assertGreater(counts["lost"], 0)


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
