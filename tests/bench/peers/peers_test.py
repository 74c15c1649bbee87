#!/usr/bin/env python3
"""The adapters' parsers on recorded outputs (samples/), and what the bench works out by itself."""

import json
import os
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import _bench  # noqa: E402,F401  (finds tests/e2e)
import _client
import _install
import _table
import _truth
import _work
import bench_peers
import peer_aiperf
import peer_evalscope

SAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "samples")
MS = 1_000_000


class ParserTest(unittest.TestCase):
    """The expected values were read off what the tools printed in these very runs."""

    EXPECTED = {
        "monsoon": (64, 25.938, 228.955),
        "vllm-rs": (64, 50.298, 50.763),
        "vllm": (64, 54.736, 61.439),
        "evalscope": (64, 56.32, 58.71),
        "aiperf": (64, 51.561, 63.240),
        "guidellm": (64, 50.955, 68.646),
    }

    def test_reads_what_each_peer_writes(self):
        for peer in bench_peers.PEERS:
            with self.subTest(peer.name):
                said = peer.read(os.path.join(SAMPLES, peer.name))
                ok, p50_ms, p99_ms = self.EXPECTED[peer.name]
                self.assertEqual(said.ok, ok)
                self.assertAlmostEqual(said.ttft_p50_ms, p50_ms, delta=0.006)
                self.assertAlmostEqual(said.ttft_p99_ms, p99_ms, delta=0.006)

    def test_evalscope_with_two_results_is_an_error(self):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(os.path.join(SAMPLES, "evalscope"), folder, dirs_exist_ok=True)
            os.mkdir(os.path.join(folder, "outputs", "run", "parallel_9_number_64"))
            with self.assertRaisesRegex(OSError, "2 folders"):
                peer_evalscope.read(folder)

    def test_aiperf_in_another_unit_is_an_error(self):
        with tempfile.TemporaryDirectory() as folder:
            os.mkdir(os.path.join(folder, "outputs"))
            path = os.path.join("outputs", "profile_export_aiperf.json")
            with open(os.path.join(SAMPLES, "aiperf", path), encoding="utf-8") as file:
                result = json.load(file)
            result["time_to_first_token"]["unit"] = "s"
            with open(os.path.join(folder, path), "w", encoding="utf-8") as file:
                json.dump(result, file)
            with self.assertRaisesRegex(ValueError, "in s, not in ms"):
                peer_aiperf.read(folder)


def truth_row(received_ms, end_ms, ttft_ms=50, outcome="ok"):
    return {"request_id": "", "connection": 1, "received_ns": received_ms * MS,
            "first_token_ns": (received_ms + ttft_ms) * MS, "end_ns": end_ms * MS, "tokens": 100,
            "outcome": outcome}


class TruthTest(unittest.TestCase):
    def test_closed_loop_of_four_streams(self):
        rows = [truth_row(1000 * wave, 1000 * wave + 1000) for wave in range(10) for _ in range(4)]
        self.assertAlmostEqual(_truth.mean_in_flight(rows), 4)

    def test_half_of_the_time_idle(self):
        rows = [truth_row(1000 * wave, 1000 * wave + 500) for wave in range(101) for _ in range(2)]
        self.assertAlmostEqual(_truth.mean_in_flight(rows), 1, places=2)

    def test_an_early_request_does_not_stretch_the_middle(self):
        rows = [truth_row(100_000 + 1000 * wave, 101_000 + 1000 * wave)
                for wave in range(20) for _ in range(4)]
        rows.insert(0, truth_row(0, 1000))
        self.assertAlmostEqual(_truth.mean_in_flight(rows), 4)

    def test_summary(self):
        rows = [truth_row(0, 1000, ttft_ms=50), truth_row(10, 1100, ttft_ms=52),
                truth_row(20, 900, ttft_ms=9, outcome="client_closed")]
        summary = _truth.summary(rows)
        self.assertEqual((summary["seen"], summary["ok"], summary["tokens"]), (3, 2, 300))
        self.assertAlmostEqual(summary["ttft_p50_ms"], 51)
        self.assertEqual((summary["begin_ns"], summary["end_ns"]), (0, 1100 * MS))

    def test_nothing_answered(self):
        self.assertIsNone(_truth.summary([]))


class ClientTest(unittest.TestCase):
    BURN = "import time\nwhile time.process_time() < 0.3: pass\n"

    def run_client(self, script, limit_s=30):
        with tempfile.TemporaryDirectory() as folder:
            return _client.run([sys.executable, "-c", script], {}, folder, limit_s, set(),
                               (None, None))

    def test_counts_every_process_and_ends_orphans(self):
        # The child outlives its parent, in a session of its own; it ends only when it is told to.
        child = self.BURN + "open('burnt', 'w').close()\ntime.sleep(60)"
        result = self.run_client(
            "import os, subprocess, sys\n"
            f"subprocess.Popen([sys.executable, '-c', {child!r}], start_new_session=True)\n"
            + self.BURN + "while not os.path.exists('burnt'): time.sleep(0.01)\nprint('done')")
        self.assertEqual((result.status, result.output), (0, "done\n"))
        self.assertGreater(result.cpu_s, 0.59)
        self.assertLess(result.wall_s, 30)
        self.assertEqual(_client._processes(set()), {})

    def test_time_limit(self):
        result = self.run_client("import time; time.sleep(60)", limit_s=0.3)
        self.assertIsNone(result.status)
        self.assertLess(result.wall_s, 30)
        self.assertEqual(_client._processes(set()), {})

    def test_cpu_between_samples(self):
        result = _client.ClientRun()
        result.samples = [(10.0, 0.0), (11.0, 1.0), (13.0, 1.5)]
        self.assertAlmostEqual(result.cpu_between_s(10_500 * MS, 12_000 * MS), 0.75)
        self.assertAlmostEqual(result.cpu_between_s(11_000 * MS, 99_000 * MS), 0.5)


def bench_row(**changes):
    row = {"peer": "a", "streams": 8, "requests": 64, "ok": 64, "void": False, "wall_s": 9.0,
           "cpu_s": 2.0, "cpu_us_per_token": 30.0, "ttft_p50_ms": 51.0, "ttft_p99_ms": 60.0,
           "ttft_p50_error_ms": 1.0, "ttft_p99_error_ms": 9.0,
           "truth": {"ttft_p50_ms": 50.0, "ttft_p99_ms": 51.0, "concurrency": 7.9}}
    return {**row, **changes}


class TableTest(unittest.TestCase):
    def cells(self, rows, missing=None):
        return _table.table(rows, 8, missing or {}, {"a": "Tool A"})[0]

    def test_minimum_median_maximum_of_what_counts(self):
        cells = self.cells([bench_row(ttft_p50_error_ms=error) for error in (3.0, 1.0, 2.0)] +
                           [bench_row(ttft_p50_error_ms=99.0, void=True),
                            bench_row(failed="x", streams=8), bench_row(streams=9)])
        self.assertEqual(cells[:6], ["Tool A", "3 of 5", "64 of 64", "51.00", "50.00",
                                     "1.00 / 2.00 / 3.00"])
        self.assertEqual(len(cells), len(_table.HEADER))

    def test_reasons_stand_in_the_row(self):
        for rows, missing, text in (
                ([], {"a": "no such release"}, "not installed: no such release"),
                ([bench_row(failed="status 1: why")], {}, "failed: status 1: why"),
                ([bench_row(void=True)], {}, "all are void")):
            cells = self.cells(rows, missing)
            self.assertIn(text, cells[1])
            self.assertEqual(len(cells), len(_table.HEADER))
            self.assertIn(text, _table.text(8, [cells]))

    def test_markdown_has_one_cell_for_each_column(self):
        lines = _table.markdown(8, [self.cells([bench_row()])]).splitlines()
        self.assertEqual({line.count("|") for line in lines[2:]}, {len(_table.HEADER) + 1})


class WorkTest(unittest.TestCase):
    def test_prompts_differ(self):
        prompts = {_work.prompt(number) for number in range(3000)}
        self.assertEqual(len(prompts), 3000)
        self.assertEqual({len(prompt.split()) for prompt in prompts}, {_work.PROMPT_WORDS})

    def test_reason_is_pips_own_error(self):
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as log:
            log.write("Collecting x\nERROR: No matching distribution found for x\n\nnotice: pip\n")
            log.flush()
            self.assertEqual(_install.last_line(log.name),
                             "ERROR: No matching distribution found for x")


if __name__ == "__main__":
    unittest.main()
