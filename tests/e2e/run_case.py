"""What the end-to-end tests of one run share: a scenario in words of the test, and the comparison of
records with the mock engine's log."""

import contextlib
import csv
import io
import json
import os
import subprocess
import sys

import compare_truth
import harness

# Loose enough that a busy machine does not turn a test of correctness into one of speed; what the
# verdict does when the limits are crossed has tests of its own.
LOOSE_VERDICT = "verdict: {max_error: 10s, max_busy: 100%, max_starved: 100%}\n"


# For tests of what the load meets: an engine that answers nothing well would stop the run before it,
# and one that was told what to do with its first requests would do it to the preflight's.
NO_PREFLIGHT = "preflight: false\n"


def scenario(url, requests, concurrency, extra=LOOSE_VERDICT):
    return (f"name: e2e\n"
            f"model: mock\n"
            f"dataset: {{name: openqa, path: questions.jsonl}}\n"
            f"concurrency: {concurrency}\n"
            f"engine: {{type: vllm, url: {url}}}\n"
            f"requests: {requests}\n"
            f"{extra}")


class RunTest(harness.EndToEndTest):
    def setUp(self):
        super().setUp()
        self.write("questions.jsonl", "".join(
            json.dumps({"question": f"问题 {i}: why is the sky {'very ' * (i % 7)}blue?",
                        "human_answers": [], "chatgpt_answers": []}, ensure_ascii=False) + "\n"
            for i in range(100)))

    def only_case(self, run):
        self.assertIsNotNone(run.report, run.describe())
        self.assertEqual(run.report["schema"], "monsoon.report/1")
        self.assertEqual(len(run.report["cases"]), 1, run.describe())
        return run.report["cases"][0]

    def assert_all_files(self, run):
        for name in ("scenario.yaml", "run.db", "report.json", "report.html", "report.txt",
                     "requests.csv"):
            path = os.path.join(run.run_dir, name)
            self.assertTrue(os.path.exists(path), f"{name} is missing; {run.describe()}")
            self.assertGreater(os.path.getsize(path), 0, name)
        left_over = [n for n in os.listdir(run.run_dir) if "tmp" in n]
        self.assertEqual(left_over, [], "temporary files were left behind")

    def assert_ids_match(self, run, mock):
        """Every request that was sent reached the engine once, and the engine saw no other."""
        seen = [row["request_id"] for row in mock.truth]
        self.assertEqual(len(seen), len(set(seen)), "the engine saw a request twice")
        sent = {row["request_id"] for row in run.requests("sent_ns IS NOT NULL")}
        self.assertEqual(sent, set(seen))

    def assert_matches_truth(self, run, mock, max_p50_error_ms=20, max_p99_error_ms=100):
        path = self.write("truth.csv", "")
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, mock.truth[0].keys())
            writer.writeheader()
            writer.writerows(mock.truth)
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            status = compare_truth.main([run.run_dir, path,
                                         "--max-p50-error-ms", str(max_p50_error_ms),
                                         "--max-p99-error-ms", str(max_p99_error_ms)])
        self.assertEqual(status, 0, output.getvalue())

    def assert_recomputes(self, run):
        """Every number of report.json, computed again from run.db by another hand."""
        script = os.path.join(harness.ROOT, "tests", "e2e", "recompute.py")
        done = subprocess.run([sys.executable, script, run.run_dir], capture_output=True, text=True,
                              timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
