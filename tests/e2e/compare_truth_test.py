"""compare_truth.py must find each kind of difference in made-up runs."""

import contextlib
import io
import os
import shutil
import sqlite3
import tempfile
import unittest

import compare_truth

MS = 1_000_000
HEADER = ("request_id,connection,received_ns,headers_ns,first_token_ns,last_token_ns,end_ns,tokens,"
          "prompt_tokens,status,outcome,first_token_lateness_ns,max_lateness_ns\n")


class CompareTruthTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        # Three requests with a true TTFT of 50, 60 and 70 ms, recorded 1 ms too long.
        self.records = {f"r.0.{i}": ["ok", 0, (51 + 10 * i) * MS, 7] for i in range(3)}
        self.truth = [[f"r.0.{i}", 1000 * MS, (1050 + 10 * i) * MS, 7] for i in range(3)]

    def compare(self, *flags):
        db = sqlite3.connect(os.path.join(self.folder, "run.db"))
        db.execute("CREATE TABLE requests (request_id TEXT, status TEXT, sent_ns INTEGER,"
                   " first_token_ns INTEGER, output_tokens INTEGER)")
        db.executemany("INSERT INTO requests VALUES (?, ?, ?, ?, ?)",
                       [(key, *row) for key, row in self.records.items()])
        db.commit()
        db.close()
        path = os.path.join(self.folder, "truth.csv")
        with open(path, "w", encoding="utf-8") as file:
            file.write(HEADER)
            for key, received, first, tokens in self.truth:
                file.write(f"{key},1,{received},0,{first},0,0,{tokens},5,200,ok,0,0\n")
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            status = compare_truth.main([self.folder, path, *flags])
        return status, output.getvalue()

    def test_agreement(self):
        status, output = self.compare("--max-p50-error-ms", "1.5", "--max-p99-error-ms", "1.5")
        self.assertEqual(status, 0, output)
        lines = [line.split() for line in output.splitlines()]
        self.assertEqual(lines[1][-6::2], ["60.000", "69.800", "70.000"])
        self.assertEqual(lines[2][-6::2], ["61.000", "70.800", "71.000"])
        self.assertEqual(lines[3][-6::2], ["1.000", "1.000", "1.000"])
        self.assertIn("3 requests: the same ids and token counts", output)

    def test_a_limit_that_is_crossed(self):
        status, output = self.compare("--max-p50-error-ms", "0.5")
        self.assertEqual(status, 1)
        self.assertIn("p50 of TTFT is 1.000 ms off, more than 0.5 ms", output)

    def test_the_engine_saw_a_request_that_is_not_recorded(self):
        del self.records["r.0.1"]
        status, output = self.compare()
        self.assertEqual(status, 1)
        self.assertIn("1 requests seen by the engine, but not recorded, for example r.0.1", output)

    def test_the_request_before_the_load_is_in_no_record(self):
        self.truth.insert(0, ["r.preflight.0", 900 * MS, 950 * MS, 7])
        status, output = self.compare()
        self.assertEqual(status, 0, output)
        self.assertIn("3 requests", output)

    def test_a_recorded_request_never_reached_the_engine(self):
        self.truth.pop()
        status, output = self.compare()
        self.assertEqual(status, 1)
        self.assertIn("never seen by the engine, for example r.0.2", output)

    def test_a_request_that_was_never_sent_is_not_expected_at_the_engine(self):
        self.records["r.0.9"] = ["not_sent", None, None, None]
        self.assertEqual(self.compare()[0], 0)

    def test_a_request_that_was_sent_twice(self):
        self.truth.append(self.truth[0])
        status, output = self.compare()
        self.assertEqual(status, 1)
        self.assertIn("seen more than once by the engine, for example r.0.0", output)

    def test_another_token_count(self):
        self.records["r.0.2"][3] = 6
        status, output = self.compare()
        self.assertEqual(status, 1)
        self.assertIn("r.0.2: the engine sent 7, the record says 6", output)

    def test_a_run_without_success_is_no_agreement(self):
        for row in self.records.values():
            row[0], row[2] = "failed", None
        status, output = self.compare()
        self.assertEqual(status, 1)
        self.assertIn("nothing to compare", output)


if __name__ == "__main__":
    unittest.main()
