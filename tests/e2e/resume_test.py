"""A controller that dies with the agent that it started itself: in every phase, once and again, and what
`controller report` and a second controller say meanwhile. (Agents on other hosts: fleet_resume_test.)"""

import os
import signal
import subprocess
import time
import unittest

from fleet import QUICK, SLOW, answered, check_books, fleet_scenario
from harness import MockEngine, Run, program, wait_for
from run_case import RunTest


class ResumeTest(RunTest):
    def resume(self, run_dir, *arguments):
        status, out, err = self.controller("resume", run_dir, *arguments)
        run = Run(status, out, err, run_dir)
        if run.db is not None:
            self.addCleanup(run.db.close)
        return run

    def kill(self, started):
        started.signal(signal.SIGKILL)
        started.process.wait(30)

    def start_and_kill(self, mock, text, answers, out="run"):
        started = self.start_run(text, out=out)
        wait_for(lambda: answered(mock) >= answers, 60, f"{answers} answers")
        self.kill(started)
        return started.run_dir

    def assert_tidy(self, run):
        """What only a run in progress needs is gone."""
        left = sorted(os.listdir(run.run_dir))
        self.assertEqual([n for n in left if n in ("spool", "run.lock", "run.db-wal")], [], left)

    def test_killed_in_the_middle(self):
        with MockEngine(*QUICK) as mock:
            run_dir = self.start_and_kill(mock, fleet_scenario(mock.url, 3000, 8), 200)
            run = self.resume(run_dir)
        case = self.only_case(run)
        check_books(run, mock.truth)
        self.assertEqual(run.status, 4, run.describe())
        self.assertEqual(case["verdict"], "INCOMPLETE")
        self.assertEqual(case["state"], "interrupted")
        self.assertEqual(case["requests"]["lost"], 0, "the agent told all that it knew")
        self.assertIn("The controller died while this case ran", " ".join(case["reasons"]))
        self.assertEqual(len(run.report["run"]["resumes"]), 1)
        ok = {row["request_id"] for row in run.requests("status = 'ok'")}
        self.assertEqual(ok, {row["request_id"] for row in mock.truth if row["outcome"] == "ok"})
        self.assert_recomputes(run)
        self.assert_tidy(run)

    def test_killed_at_moments_before_and_after_the_start(self):
        """From before the agent is there to the first answers: what had not begun is run as if it
        never had, what had begun is closed; no request is sent twice."""
        for tenths in (1, 3, 5, 7):
            with self.subTest(after=tenths / 10), MockEngine(*QUICK) as mock:
                text = fleet_scenario(mock.url, 400, 8)
                started = self.start_run(text, out=f"run{tenths}")
                db = os.path.join(started.run_dir, "run.db")
                wait_for(lambda: os.path.exists(db) and os.path.getsize(db) > 0, 30, "run.db")
                time.sleep((tenths - 1) / 10)
                self.kill(started)
                run = self.resume(started.run_dir)
                mock.stop()
                if "holds no run" in run.stderr:
                    self.assertEqual(mock.truth, [], "it died before it began")
                    continue
                case = self.only_case(run)
                check_books(run, mock.truth)
                if case["state"] == "ended":
                    self.assertEqual(case["requests"]["ok"], 400, run.describe())
                else:
                    # Killed between the word to start and the first answer, it has none.
                    verdict = "INCOMPLETE" if case["requests"]["ok"] > 0 else "FAILED"
                    self.assertEqual(case["verdict"], verdict, run.describe())
                    self.assertIn("The controller died while this case ran", str(case["reasons"]))

    def test_killed_while_it_drained(self):
        with MockEngine(*SLOW) as mock:
            started = self.start_run(fleet_scenario(mock.url, 500, 8))
            wait_for(lambda: answered(mock) >= 24, 60, "24 answers")
            started.signal(signal.SIGINT)
            time.sleep(0.15)
            self.kill(started)
            run = self.resume(started.run_dir)
        check_books(run, mock.truth)
        case = self.only_case(run)
        self.assertEqual(case["verdict"], "INCOMPLETE", run.describe())
        self.assertEqual(case["requests"]["lost"], 0, run.describe())

    def test_the_cases_that_remain_are_run(self):
        with MockEngine(*QUICK) as mock:
            text = fleet_scenario(mock.url, 900, 8, "pause: 1s").replace(
                "concurrency: 8", "concurrency: [8, 4, 2]")
            started = self.start_run(text)
            # In the pause behind the first case, or early in the second.
            wait_for(lambda: answered(mock) >= 900, 60, "the first case")
            time.sleep(0.4)
            self.kill(started)
            run = self.resume(started.run_dir)
        check_books(run, mock.truth)
        cases = run.report["cases"]
        self.assertEqual([case["concurrency"] for case in cases], [8, 4, 2], run.describe())
        self.assertEqual(cases[2]["requests"]["ok"], 900, run.describe())
        self.assertEqual(cases[0]["requests"]["ok"], 900, run.describe())
        self.assertEqual([case["repeated_prompt_share"] for case in cases[1:]], [1, 1],
                         "the first case had sent all 100 prompts")

    def test_a_resume_that_is_killed_is_taken_up_too(self):
        with MockEngine(*QUICK) as mock:
            text = fleet_scenario(mock.url, 1500, 8).replace("concurrency: 8",
                                                             "concurrency: [8, 4]")
            run_dir = self.start_and_kill(mock, text, 300)
            for wait_s in (0.1, 0.4, 1.5):
                again = subprocess.Popen([program("controller"), "resume", run_dir],
                                         cwd=self.folder, stdout=subprocess.DEVNULL,
                                         stderr=subprocess.DEVNULL)
                time.sleep(wait_s)
                again.kill()
                again.wait(30)
            run = self.resume(run_dir)
        check_books(run, mock.truth)
        self.assertEqual(len(run.report["cases"]), 2, run.describe())
        self.assertEqual(run.report["cases"][0]["state"], "interrupted")

    def test_a_rerun_is_what_counts(self):
        with MockEngine(*QUICK) as mock:
            run_dir = self.start_and_kill(mock, fleet_scenario(mock.url, 800, 8), 100)
            closed = self.resume(run_dir)
            self.assertEqual(closed.status, 4, closed.describe())
            run = self.resume(run_dir, "--rerun")
            after = self.resume(run_dir, "--rerun")
        check_books(run, mock.truth)
        old, new = run.report["cases"]
        self.assertEqual((old["attempt"], old["superseded_by"]), (1, new["case_id"]))
        self.assertEqual((new["attempt"], new["supersedes"]), (2, old["case_id"]))
        self.assertEqual(new["name"], old["name"] + " (attempt 2)")
        self.assertEqual(old["verdict"], "INCOMPLETE", "it is shown as it was")
        self.assertEqual(new["requests"]["ok"], 800, run.describe())
        self.assertEqual(run.status, 0, "the superseded attempt does not count:\n" + run.describe())
        self.assertIn("there is nothing to resume", after.stderr)
        self.assertEqual(after.status, 0)

    def test_a_rerun_that_is_killed_is_taken_up_too(self):
        """The run had come to its end by then; the new attempt makes it unfinished again."""
        with MockEngine(*QUICK) as mock:
            run_dir = self.start_and_kill(mock, fleet_scenario(mock.url, 800, 8), 100)
            self.resume(run_dir)
            before = answered(mock)
            again = subprocess.Popen([program("controller"), "resume", run_dir, "--rerun"],
                                     cwd=self.folder, stdout=subprocess.DEVNULL,
                                     stderr=subprocess.DEVNULL)
            wait_for(lambda: answered(mock) >= before + 100, 60, "100 answers of the new attempt")
            again.kill()
            again.wait(30)
            run = self.resume(run_dir)
        check_books(run, mock.truth)
        self.assertNotIn("nothing to resume", run.stderr)
        self.assertEqual([case["state"] for case in run.report["cases"]],
                         ["interrupted", "interrupted"], run.describe())
        ok = {row["request_id"] for row in run.requests("status = 'ok'")}
        cut_off = {row["request_id"] for row in run.requests("status = 'cancelled'")}
        sent_whole = {row["request_id"] for row in mock.truth if row["outcome"] == "ok"}
        self.assertLessEqual(ok, sent_whole)
        # An answer whose end was on its way when the lease ran out is whole for the engine alone.
        self.assertLessEqual(sent_whole - ok, cut_off)

    def test_nothing_to_resume(self):
        with MockEngine(*QUICK) as mock:
            done = self.run_controller(fleet_scenario(mock.url, 50, 4))
            again = self.resume(done.run_dir)
        self.assertEqual((done.status, again.status), (0, 0), again.describe())
        self.assertIn("there is nothing to resume", again.stderr)
        self.assert_tidy(again)
        status, _, err = self.controller("resume", self.folder)
        self.assertEqual(status, 2)
        self.assertIn("no run", err)

    def test_a_second_controller_is_refused_and_a_report_says_what_goes_on(self):
        with MockEngine(*SLOW) as mock:
            started = self.start_run(fleet_scenario(mock.url, 300, 4))
            wait_for(lambda: answered(mock) >= 12, 60, "12 answers")
            status, _, err = self.controller("resume", started.run_dir)
            self.assertEqual(status, 2)
            self.assertIn(f"process {started.process.pid}", err)
            status, out, err = self.controller("report", started.run_dir)
            self.assertEqual(status, 4, out + err)
            self.assertIn(f"STILL RUNNING (process {started.process.pid})", out)
            self.assertIn("This case has not ended", out)
            self.assertNotIn("do not add up", out)
            self.kill(started)
            wait_for(lambda: "DIED" in self.controller("report", started.run_dir)[1], 30,
                     "the report to say that the controller died")
            run = self.resume(started.run_dir)
        check_books(run, mock.truth)
        self.assertNotIn("DIED", run.stdout)
        self.assertEqual(run.report["run"]["state"], "ended")


if __name__ == "__main__":
    unittest.main()
