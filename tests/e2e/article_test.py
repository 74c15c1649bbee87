"""The founding use: configs/article.yaml, the whole matrix of the published shoot-out, one command."""

import os
import unittest

from harness import ROOT, MockEngine
from run_case import RunTest

ENGINES = ("VLLM", "LMDEPLOY", "TRITON")
REQUESTS = 16


class ArticleTest(RunTest):
    def test_one_command_makes_one_comparison_of_all_cases(self):
        with MockEngine("--ttft", "5ms", "--itl", "1ms", "--tokens", 8) as fast, \
             MockEngine("--ttft", "9ms", "--itl", "1ms", "--tokens", 8, "--dialect",
                        "lmdeploy") as other:
            mocks = {"VLLM": fast, "LMDEPLOY": other, "TRITON": fast}
            for name in ENGINES:
                for variable in (f"{name}_URL", f"{name}_72B_URL"):
                    os.environ[variable] = mocks[name].url
                    self.addCleanup(os.environ.pop, variable)
            os.environ["REQUESTS"] = str(REQUESTS)
            self.addCleanup(os.environ.pop, "REQUESTS")
            run = self.run_controller(os.path.join(ROOT, "configs", "article.yaml"),
                                      "--set", "pause=0s", "--set", "verdict.max_error=10s", "--set",
                                      "verdict.max_busy=100%", "--set", "verdict.max_starved=100%")
        self.assertEqual(run.status, 0, run.describe())
        cases = run.report["cases"]
        self.assertEqual(len(cases), 24)
        matrix = {(c["model"], c["dataset"], c["concurrency"], c["engine"]) for c in cases}
        self.assertEqual(len(matrix), 24)
        self.assertEqual({c["concurrency"] for c in cases if c["dataset"] == "openqa"}, {1, 128})
        self.assertEqual({c["concurrency"] for c in cases if c["dataset"] == "longalpaca"}, {1, 4})
        for case in cases:
            self.assertEqual(case["requests"]["ok"], REQUESTS, case["name"])
            self.assert_conserved(case)
            self.assertIn(case["engine"], run.stdout)
        # Each prompt went to each engine before: the second case of an engine has a warm cache.
        self.assertGreater(max(c["repeated_prompt_share"] for c in cases), 0.9)
        self.assertEqual(len(fast.truth) + len(other.truth), 24 * REQUESTS)
        self.assert_recomputes(run)


if __name__ == "__main__":
    unittest.main()
