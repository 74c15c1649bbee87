"""How long an agent keeps what no controller took: for 24 h and up to 1 GiB of all runs together. The
oldest run goes first; its agent's log tells, and so does `controller resume` of it."""

import os
import signal
import time
import unittest

from fleet import QUICK, FleetAgent, answered, check_books, fleet_scenario, stop_for, truth_so_far
from harness import MockEngine, Run, wait_for
from logging_agent import LoggingAgent
from run_case import RunTest

DAY_S = 24 * 3600
GIB = 1 << 30
GONE = "it was ended, or started again, before the case was over, or has deleted what it had kept"


class KeepingAgent(LoggingAgent, FleetAgent):
    """Its log can be asked, and it can be killed and started again."""

    def __init__(self, *flags, spool):
        super().__init__(*flags)
        self.spool = spool


class RetentionTest(RunTest):
    """One agent; controllers that die and leave it their records."""

    def setUp(self):
        super().setUp()
        self.spool = os.path.join(self.folder, "spool")

    def agent(self):
        return KeepingAgent("--spool-memory-bytes", 4096, spool=self.spool)

    def leave_a_spool(self, mock, agent, name):
        """A run whose controller was killed; (the run, the folder that is left of it)."""
        before = set(os.listdir(self.spool)) if os.path.exists(self.spool) else set()
        ended, seen = len(agent.events("case_ended")), answered(mock)
        started = self.start_run(fleet_scenario(mock.url, 4000, 8, lease_s=1), "--agents",
                                 agent.address, out=name)
        wait_for(lambda: answered(mock) > seen + 400, 60, "400 answers")
        started.signal(signal.SIGKILL)
        started.process.wait(30)
        wait_for(lambda: len(agent.events("case_ended")) > ended, 20, "the end of the lease")
        left, = wait_for(lambda: set(os.listdir(self.spool)) - before, 20, "its spool")
        return started, left

    def resume(self, started):
        status, out, err = self.controller("resume", started.run_dir)
        run = Run(status, out, err, started.run_dir)
        self.addCleanup(run.db.close)
        return run

    def check(self, run, mock):
        """{status: requests} of a run, against what the engine saw of that run."""
        first = run.report["run"]["id"] + "."
        seen = [row for row in truth_so_far(mock) if row["request_id"].startswith(first)]
        self.assertGreater(len(seen), 400)
        return check_books(run, seen)

    def assert_says_what_is_missing(self, run, counts):
        self.assertEqual(run.status, 4, run.describe())
        self.assertGreater(counts["lost"], 0)
        reasons = " ".join(self.only_case(run)["reasons"])
        self.assertIn(f"not everything is known: it has nothing of this case: {GONE}", reasons)

    @staticmethod
    def deleted(agent):
        return [(event["spool"], event["reason"]) for event in agent.events("spool_deleted")]

    def test_after_a_day(self):
        with MockEngine(*QUICK) as mock, self.agent() as agent:
            started, left = self.leave_a_spool(mock, agent, "run")
            agent.kill()
            self.set_age(os.path.join(self.spool, left), DAY_S - 60)
            agent.start_again()
            time.sleep(0.3)
            self.assertEqual((os.listdir(self.spool), self.deleted(agent)), ([left], []))
            agent.kill()
            self.set_age(os.path.join(self.spool, left), DAY_S + 60)
            agent.start_again()
            agent.await_event("spool_deleted")
            self.assertEqual((os.listdir(self.spool), self.deleted(agent)),
                             ([], [(left, "it was kept for long enough")]))
            run = self.resume(started)
            self.assert_says_what_is_missing(run, self.check(run, mock))

    @staticmethod
    def set_age(folder, age_s):
        then = time.time() - age_s
        for path in [os.path.join(folder, name) for name in os.listdir(folder)] + [folder]:
            os.utime(path, (then, then))

    def test_the_oldest_makes_room(self):
        """Two are left, which take all the room: a file of the older one grows by a hole of 1 GiB."""
        with MockEngine(*QUICK) as mock, self.agent() as agent:
            old, old_left = self.leave_a_spool(mock, agent, "old")
            young, young_left = self.leave_a_spool(mock, agent, "young")
            folder = os.path.join(self.spool, old_left)
            batches = os.path.join(folder, next(n for n in os.listdir(folder) if "batches" in n))
            written = os.stat(batches)
            os.truncate(batches, GIB)
            os.utime(batches, ns=(written.st_atime_ns, written.st_mtime_ns))
            self.assertEqual(self.deleted(agent), [])
            spilled = len(agent.events("records_spilled"))
            started = self.start_run(fleet_scenario(mock.url, 1000, 8, lease_s=6), "--agents",
                                     agent.address, out="now")
            agent_starts = wait_for(lambda: agent.events("case_started")[2:], 30, "the third run")
            time.sleep(agent_starts[0]["starts_in_s"] + 0.1)
            stop_for(started.process, 1)
            now = started.wait(60)
            self.addCleanup(now.db.close)
            self.assertGreater(len(agent.events("records_spilled")), spilled)
            self.assertEqual(self.deleted(agent),
                             [(old_left, "a run that is going on needs the room")])
            self.assertEqual(os.listdir(self.spool), [young_left])
            self.assertEqual((now.status, self.check(now, mock)["ok"]), (0, 1000), now.describe())
            run = self.resume(young)
            self.assertEqual(self.check(run, mock)["lost"], 0, "the younger one is whole")
            self.assertEqual(os.listdir(self.spool), [])
            run = self.resume(old)
            self.assert_says_what_is_missing(run, self.check(run, mock))


if __name__ == "__main__":
    unittest.main()
