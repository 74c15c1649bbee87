"""A controller that dies: its agents keep what it did not take, `controller resume` collects it, closes
the interrupted case and runs the others; nothing is sent twice."""

import os
import signal
import sqlite3
import subprocess
import time
import unittest

from fleet import LEASE_S, QUICK, FleetAgent, Relay, answered, check_books, fleet_scenario
from harness import MockEngine, Run, program, wait_for
from run_case import RunTest


class FleetResumeTest(RunTest):
    def die_and_resume(self, mock, text, targets, *arguments, before_resume=None, answers=400,
                       stop_mock=True):
        started = self.start_run(text, "--agents", ",".join(targets))
        wait_for(lambda: answered(mock) > answers, 60, f"{answers} answers")
        started.signal(signal.SIGKILL)
        started.process.wait(30)
        if before_resume:
            before_resume()
        status, out, err = self.controller("resume", started.run_dir, *arguments)
        run = Run(status, out, err, started.run_dir)
        self.assertIsNotNone(run.db, run.describe())
        self.addCleanup(run.db.close)
        if stop_mock:
            mock.stop()
        return run

    def assert_all_answers_are_there(self, run, mock):
        """Whatever the engine answered is ok in the report; but for what was broken off at the end of
        the lease while the last bytes of its answer were on their way."""
        status = {row["request_id"]: row["status"] for row in run.requests()}
        answered_ok = [row["request_id"] for row in mock.truth if row["outcome"] == "ok"]
        others = [status[name] for name in answered_ok if status[name] != "ok"]
        self.assertLessEqual(len(others), 8)
        self.assertLessEqual(set(others), {"cancelled"}, run.describe())

    def test_the_spools_are_collected_and_the_rest_is_run(self):
        with MockEngine(*QUICK) as mock, FleetAgent() as a, FleetAgent() as b:
            text = fleet_scenario(mock.url, 3000, 8).replace("concurrency: 8", "concurrency: [8, 4]")
            run = self.die_and_resume(mock, text, (a.address, b.address))
        counts = check_books(run, mock.truth)
        self.assertEqual(run.status, 4, run.describe())
        first, second = run.report["cases"]
        self.assertEqual(first["verdict"], "INCOMPLETE", run.describe())
        self.assertEqual(first["requests"]["lost"], 0, "both agents told all that they knew")
        self.assertGreater(first["requests"]["ok"], 300)
        self.assertGreater(first["requests"]["not_sent"], 0)
        self.assertEqual(second["requests"]["ok"], 3000, run.describe())
        self.assertEqual(counts["ok"], first["requests"]["ok"] + 3000)
        self.assert_all_answers_are_there(run, mock)

    def test_an_agent_that_died_too_leaves_lost_requests(self):
        with MockEngine(*QUICK) as mock, FleetAgent() as a, FleetAgent() as b:
            run = self.die_and_resume(mock, fleet_scenario(mock.url, 4000, 8),
                                      (a.address, b.address), before_resume=b.kill)
        counts = check_books(run, mock.truth)
        self.assertGreater(counts["lost"], 0)
        self.assertGreater(counts["ok"], 300)
        self.assertIn(b.address, run.stdout + run.stderr)

    def test_an_agent_whose_name_is_gone_holds_nobody_up(self):
        with MockEngine(*QUICK) as mock, FleetAgent() as a, FleetAgent() as b:
            started = self.start_run(fleet_scenario(mock.url, 4000, 8), "--agents",
                                     f"{a.address},{b.address}")
            wait_for(lambda: answered(mock) > 400, 60, "400 answers")
            started.signal(signal.SIGKILL)
            started.process.wait(30)
            with sqlite3.connect(os.path.join(started.run_dir, "run.db")) as db:
                db.execute("UPDATE case_agents SET name = 'gone..host:7070', instance_id = '' "
                           "WHERE name = ?", (b.address,))
            db.close()
            status, out, err = self.controller("resume", started.run_dir)
            run = Run(status, out, err, started.run_dir)
            self.addCleanup(run.db.close)
            mock.stop()
        self.assertIn("'gone..host:7070': the host name does not resolve", out + err)
        self.assertIn(f"agent {a.address}: ", out + err)
        case = run.report["cases"][0]
        self.assertEqual(case["verdict"], "INCOMPLETE", run.describe())
        self.assertGreater(case["requests"]["ok"], 100)
        self.assertGreater(case["requests"]["lost"], 0)

    def test_a_rerun_whose_controller_dies_is_taken_up(self):
        with MockEngine(*QUICK) as mock, FleetAgent() as a:
            started = self.start_run(fleet_scenario(mock.url, 4000, 8), "--agents", a.address)
            wait_for(lambda: answered(mock) > 400, 60, "400 answers")
            started.signal(signal.SIGKILL)
            started.process.wait(30)
            self.controller("resume", started.run_dir)
            before = answered(mock)
            again = subprocess.Popen([program("controller"), "resume", started.run_dir, "--rerun"],
                                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                wait_for(lambda: answered(mock) > before + 400, 60, "a new attempt's 400 answers")
            finally:
                again.kill()
                again.wait(30)
            status, out, err = self.controller("resume", started.run_dir)
            run = Run(status, out, err, started.run_dir)
            self.addCleanup(run.db.close)
            mock.stop()
        self.assertNotIn("is complete", err)
        states = [row[0] for row in run.db.execute("SELECT state FROM cases ORDER BY case_id")]
        self.assertEqual(states, ["interrupted", "interrupted"], run.describe())
        self.assertGreater(run.report["cases"][1]["requests"]["ok"], 300)
        self.assertEqual(run.report["cases"][1]["requests"]["lost"], 0)
        self.assert_all_answers_are_there(run, mock)

    def test_a_rerun_is_a_new_attempt(self):
        with MockEngine(*QUICK) as mock, FleetAgent() as a:
            run = self.die_and_resume(mock, fleet_scenario(mock.url, 1500, 8), (a.address,),
                                      "--rerun")
        seen = [row["request_id"] for row in mock.truth]
        self.assertEqual(len(seen), len(set(seen)), "the new attempt has ids of its own")
        last = run.report["cases"][-1]
        self.assertEqual((last["verdict"], last["requests"]["ok"]), ("VALID", 1500), run.describe())

    def test_resumed_twice_and_with_nothing_to_do(self):
        with MockEngine(*QUICK) as mock, FleetAgent() as a:
            run = self.die_and_resume(mock, fleet_scenario(mock.url, 2000, 8), (a.address,))
            before = [tuple(row) for row in run.requests()]
            status, out, err = self.controller("resume", run.run_dir)
            again = Run(status, out, err, run.run_dir)
        self.addCleanup(again.db.close)
        self.assertEqual([tuple(row) for row in again.requests()], before, again.describe())

    def test_an_agent_that_comes_back_later_completes_the_case(self):
        """What the first resume had to call unknown, the second one knows, and says nothing else."""
        with MockEngine(*QUICK) as mock, FleetAgent() as a, FleetAgent() as b:
            first = self.die_and_resume(mock, fleet_scenario(mock.url, 4000, 8),
                                        (a.address, b.address), stop_mock=False,
                                        before_resume=lambda: b.signal(signal.SIGSTOP))
            b.signal(signal.SIGCONT)
            status, out, err = self.controller("resume", first.run_dir)
            run = Run(status, out, err, first.run_dir)
            self.addCleanup(run.db.close)
            mock.stop()
        case, = first.report["cases"]
        self.assertGreater(case["requests"]["lost"], 0, first.describe())
        self.assertIn(f"Of agent {b.address} not everything is known", str(case["reasons"]))
        check_books(run, mock.truth)
        case, = run.report["cases"]
        self.assertEqual(case["requests"]["lost"], 0, run.describe())
        self.assertNotIn("not everything is known", str(case["reasons"]))
        self.assertNotIn("as lost", str(case["reasons"]))
        self.assertEqual([agent["lost"] for agent in case["fleet"]["agents"]], [False, False])
        self.assertEqual(run.report["run"]["finished_at"], first.report["run"]["finished_at"],
                         "what was collected later does not move the end")

    def test_records_that_a_cut_had_kept_back(self):
        """The agent was out of reach when the controller died: its spool has more to tell."""
        with MockEngine(*QUICK) as mock, FleetAgent() as a, FleetAgent() as b, Relay(b) as way:
            def heal():
                time.sleep(LEASE_S)
                way.tell("heal", "end rst")
            started = self.start_run(fleet_scenario(mock.url, 6000, 8), "--agents",
                                     f"{a.address},{way.address}")
            wait_for(lambda: answered(mock) > 400, 60, "400 answers")
            way.tell("hold")
            time.sleep(0.5)
            started.signal(signal.SIGKILL)
            started.process.wait(30)
            heal()
            status, out, err = self.controller("resume", started.run_dir)
            run = Run(status, out, err, started.run_dir)
            self.addCleanup(run.db.close)
            mock.stop()
        check_books(run, mock.truth)
        self.assert_all_answers_are_there(run, mock)


if __name__ == "__main__":
    unittest.main()
