"""`controller calibrate`: a tiny ladder, its file, and a run that names it."""

import json
import os
import shutil
import signal
import subprocess
import time
import unittest

from harness import MockEngine, program, wait_for
from run_case import RunTest, scenario

STEP_KEYS = {"streams", "tokens_per_s", "requests", "events_per_s", "ttft_error_s", "loop_lag_s",
             "cpu_us_per_event", "requests_per_s", "lateness_p99_s", "busy_share_max", "verdict", "reasons", "engine_late_p99_s", "void"}
TINY = ("--streams", "2,8", "--rates", "50", "--seconds-per-step", "1", "--quick")


def children_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(child) for child in file.read().split()]


class CalibrateTest(RunTest):
    def calibrate(self, *arguments, command=None, timeout=90):
        done = subprocess.run([command or program("controller"), "calibrate", *arguments],
                              capture_output=True, text=True, timeout=timeout, check=False,
                              cwd=self.folder)
        return done.returncode, done.stdout, done.stderr

    def tiny_calibration(self):
        """The file of a tiny ladder, as JSON. A machine that was busy elsewhere gets four more
        chances: then the null engine was late and the program says that it knows nothing."""
        for _ in range(5):
            status, out, err = self.calibrate(*TINY, "--out", "calibration.json")
            if status != 4:
                break
            self.assertIn("the null engine was late in every step", err)
            self.assertFalse(os.path.exists(os.path.join(self.folder, "calibration.json")))
        self.assertEqual(status, 0, err)
        with open(os.path.join(self.folder, "calibration.json"), encoding="utf-8") as file:
            return json.load(file), out, err

    def test_a_ladder_and_a_run_that_names_its_result(self):
        calibration, out, err = self.tiny_calibration()
        self.check_calibration(calibration)
        self.assertIn("floor ", out)
        self.assertIn("capacity ", out)
        self.assertEqual(len([line for line in err.splitlines() if "timing error" in line]),
                         len(calibration["steps"]))
        with MockEngine("--ttft", "50ms", "--itl", "2ms", "--tokens", 5) as mock:
            run = self.run_controller(
                scenario(mock.url, 20, 2, extra="calibration: ./calibration.json\n"))
            self.check_run(run, calibration)
            os.remove(os.path.join(self.folder, "calibration.json"))
            again = subprocess.run([program("controller"), "report", run.run_dir],
                                   capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(again.stdout, run.stdout)
        recomputed = subprocess.run(
            ["python3", os.path.join(os.path.dirname(__file__), "recompute.py"), run.run_dir],
            capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(recomputed.returncode, 0, recomputed.stdout)

    def check_calibration(self, calibration):
        self.assertEqual(calibration["schema"], "monsoon.calibration/1")
        self.assertEqual(set(calibration["machine"]), {"hostname", "cores", "kernel", "cpu_model"})
        self.assertEqual(calibration["machine"]["hostname"], os.uname().nodename)
        self.assertGreaterEqual(calibration["load_threads"], 1)
        self.assertRegex(calibration["made_at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertEqual([step["streams"] for step in calibration["steps"]][0], 2)
        for step in calibration["steps"]:
            self.assertEqual(set(step), STEP_KEYS)
            error = step["ttft_error_s"]
            # Two processes and a loopback lie between the stamps: over a microsecond, and no sane
            # machine is off by a second.
            self.assertTrue(1e-6 < error["p50"] <= error["p99"] <= error["max"] < 1, error)
            self.assertGreater(step["cpu_us_per_event"], 0.1)
            self.assertLess(step["cpu_us_per_event"], 1e5)
            self.assertGreater(step["requests"], 20)
            # Tokens come at 100 a second and stream, first tokens a little sooner.
            if step["requests_per_s"]:
                continue
            self.assertGreater(step["events_per_s"], 20 * step["streams"])
            self.assertLess(step["events_per_s"], 160 * step["streams"])
        rates = [step for step in calibration["steps"] if step["requests_per_s"]]
        self.assertEqual({step["requests_per_s"] for step in rates}, {50})
        self.assertLess(rates[-1]["lateness_p99_s"], 1)
        self.assertEqual(calibration["rate_capacity"]["requests_per_s"],
                         50 if rates[-1]["verdict"] == "VALID" and not rates[-1]["void"] else 0)
        sound = [step for step in calibration["steps"]
                 if not step["void"] and not step["requests_per_s"]]
        lowest = min(sound, key=lambda step: step["streams"])
        self.assertEqual(calibration["floor"],
                         {"streams": lowest["streams"], "ttft_error_s": lowest["ttft_error_s"]})
        valid = [step["streams"] for step in sound if step["verdict"] == "VALID"]
        self.assertEqual(calibration["capacity"]["streams"], max(valid, default=0))

    def check_run(self, run, calibration):
        self.assertIsNotNone(run.report, run.describe())
        client = run.report["cases"][0]["client"]
        floor = calibration["floor"]["ttft_error_s"]
        self.assertEqual(client["calibration"]["floor_s"],
                         {"p50": floor["p50"], "p99": floor["p99"]})
        self.assertEqual(client["calibration"]["hostname"], calibration["machine"]["hostname"])
        for p in ("p50", "p99"):
            self.assertGreater(client["lag_bound_s"][p], 0)
            self.assertAlmostEqual(client["error_bound_s"][p], client["lag_bound_s"][p] + floor[p],
                                   delta=1e-12)
        self.assertIn("calibrated floor p50", " ".join(run.stdout.split()))

    def test_wrong_options_are_rejected_with_a_sentence(self):
        for arguments, sentence in (
                (("--streams", "8,1"), "--streams must rise"),
                (("--streams", "0"), "--streams"),
                (("--streams", "1,x"), "--streams"),
                (("--rates", "5,5"), "--rates must rise"),
                (("--rates", "5", "--no-rates"), "--no-rates"),
                (("--tokens-per-s", "0"), "--tokens-per-s"),
                (("--seconds-per-step", "1e9"), "--seconds-per-step"),
                (("--out", "nowhere/x.json"), "there is no folder"),
                (("--out", "."), "is a folder"),
                (("--agent-core", "100000"), "--agent-core 100000: this process may not use"),
                (("--engine-core", "-1"), "--engine-core -1: this process may not use"),
                (("--agent-core", "0", "--pin"), "--pin chooses the CPUs itself"),
                (("--fast",), "--fast")):
            status, _, err = self.calibrate(*arguments)
            self.assertEqual(status, 2, (arguments, err))
            self.assertIn(sentence, err)

    def test_a_missing_engine_is_named_with_the_place(self):
        for name in ("controller", "agent"):
            shutil.copy(program(name), os.path.join(self.folder, name))
        status, _, err = self.calibrate(*TINY, command=os.path.join(self.folder, "controller"))
        self.assertEqual(status, 2, err)
        self.assertIn("no program `mock_engine` beside this controller", err)
        self.assertIn(os.path.join(os.path.realpath(self.folder), "mock_engine"), err)

    def test_ctrl_c_ends_it_and_its_children(self):
        process = subprocess.Popen(
            [program("controller"), "calibrate", "--streams", "4", "--seconds-per-step", "60"],
            stderr=subprocess.PIPE, text=True, cwd=self.folder)
        children = wait_for(lambda: len(c := children_of(process.pid)) == 2 and c, 30,
                            "an agent and an engine")
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 4, err)
        self.assertIn("interrupted: no calibration was written", err)
        self.assertEqual([c for c in children if os.path.exists(f"/proc/{c}")], [])
        self.assertFalse(os.path.exists(os.path.join(self.folder, "calibration.json")))

    def test_a_scenario_that_names_no_calibration_is_rejected(self):
        self.write("wrong.json", '{"schema": "monsoon.report/1"}')
        for path, sentence in (("./gone.json", "expected a file that exists"),
                               ("./wrong.json", "is of schema 'monsoon.report/1'")):
            with MockEngine() as mock:
                run = self.run_controller(scenario(mock.url, 8, 2,
                                                   extra=f"calibration: {path}\n"), out=path[2:-5])
            self.assertEqual(run.status, 2, run.describe())
            self.assertIn("scenario.yaml:7:14: calibration", run.stderr)
            self.assertIn(sentence, run.stderr)
            self.assertEqual(mock.truth, [])


if __name__ == "__main__":
    unittest.main()
