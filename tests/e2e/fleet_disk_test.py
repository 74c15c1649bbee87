"""Records that find no room: a controller that stands still, and full disks on either side. Memory is
bounded, no send waits for a record, and what an agent has kept comes to the report in the end."""

import os
import shutil
import subprocess
import tempfile
import time
import unittest

from fleet import (LEASE_S, QUICK, FleetAgent, Relay, answered, check_books, fleet_scenario, open_loop,
                   stop_for)
from harness import MockEngine, Run, wait_for
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

    def grow(self, size):
        subprocess.run(["mount", "-o", f"remount,size={size}", self.path], check=True)

    def __exit__(self, *exception):
        subprocess.run(["umount", "-l", self.path], check=True)
        shutil.rmtree(self.path)


class FullDiskTest(RunTest):
    def setUp(self):
        super().setUp()
        if not SmallDisk.available():
            self.skipTest("mounting a small tmpfs is not permitted here (it takes root)")

    def test_the_controllers_disk_is_full_and_then_is_not(self):
        """The load ends with the run; once there is room, `resume` takes what the agents have kept, and
        nothing is missing or counted twice."""
        small = SmallDisk("1m")
        with MockEngine(*QUICK) as mock, FleetAgent() as a, FleetAgent() as b, small as disk:
            started = self.start_run(fleet_scenario(mock.url, 20_000, 16), "--agents",
                                     f"{a.address},{b.address}", out=os.path.join(disk, "run"))
            run = started.wait(90)
            if run.db is not None:
                run.db.close()
            ended_ns = time.monotonic_ns()
            self.assertNotEqual(run.status, 0, run.describe())
            self.assertIn("full", run.stdout + run.stderr, run.describe())
            self.assertIn("`controller resume ", run.stderr, "the agents keep the rest")
            self.assertNotIn("do not add up", run.stdout, run.describe())
            small.grow("64m")
            status, out, err = self.controller("resume", started.run_dir)
            resumed = Run(status, out, err, started.run_dir)
            mock.stop()
            late = [row for row in mock.truth if row["received_ns"] > ended_ns + LEASE_S * 1e9]
            self.assertEqual(late, [], "the load ends with the run")
            try:
                counts = check_books(resumed, mock.truth)
            finally:
                resumed.db.close()
        self.assertEqual(status, 4, resumed.describe())
        self.assertEqual(counts["lost"], 0, "the agents kept all that they knew")
        answers = sum(row["outcome"] == "ok" for row in mock.truth)
        # But for what was broken off while the last bytes of its answer were on their way.
        self.assertGreaterEqual(counts["ok"], answers - 16, resumed.describe())

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


class SlowControllerTest(RunTest):
    RATE = 300
    SECONDS = 9
    STANDS_STILL_S = 4

    @staticmethod
    def resident_kib(agent):
        with open(f"/proc/{agent.process.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))

    @staticmethod
    def spooled_bytes(agent):
        return sum(os.path.getsize(os.path.join(folder, name))
                   for folder, _, names in os.walk(agent.path("spool")) for name in names)

    def test_records_go_to_disk_and_no_send_is_later_for_it(self):
        """An agent that may keep next to nothing in memory, and a controller that takes nothing for
        some seconds. The engine's log says when requests really came."""
        with MockEngine("--ttft", "6ms", "--tokens", 40) as mock, \
             FleetAgent("--spool-memory-bytes", 4096) as a:
            text = open_loop(fleet_scenario(mock.url, 1, 1, lease_s=8), self.RATE, self.SECONDS)
            started = self.start_run(text, "--agents", a.address)
            wait_for(lambda: answered(mock) > self.RATE, 60, f"{self.RATE} answers")
            before_kib = self.resident_kib(a)
            began, ended = stop_for(started.process, self.STANDS_STILL_S)
            spooled, after_kib = self.spooled_bytes(a), self.resident_kib(a)
            run = started.wait(60)
            self.addCleanup(run.db.close)
            mock.stop()
        self.assertGreater(spooled, 50_000, "what waits is on disk")
        self.assertLess(after_kib - before_kib, 4096, "and not in memory")
        self.assertEqual(run.status, 0, run.describe())
        self.assertEqual(check_books(run, mock.truth)["ok"], self.RATE * self.SECONDS)
        self.assert_same_lateness(run, mock, began, ended)

    def assert_same_lateness(self, run, mock, began, ended):
        """Requests came as much after their times while the controller stood still as before."""
        due = {row["request_id"]: row["intended_ns"] for row in run.requests()}
        after_due = sorted((row["received_ns"], row["received_ns"] - due[row["request_id"]])
                           for row in mock.truth)
        usual = sorted(late for at, late in after_due if at < began)
        meanwhile = sorted(late for at, late in after_due if began < at < ended)
        self.assertGreater(len(meanwhile), self.RATE * self.STANDS_STILL_S * 0.9)
        middle = len(usual) // 2, len(meanwhile) // 2
        self.assertLess(abs(meanwhile[middle[1]] - usual[middle[0]]), 2e6, "the median, within 2 ms")
        self.assertLess(meanwhile[len(meanwhile) * 9 // 10] - usual[middle[0]], 20e6,
                        "p90, within 20 ms")


if __name__ == "__main__":
    unittest.main()
