"""The founding use: configs/article.yaml, the whole matrix of the published shoot-out, one command."""

import os
import unittest

from harness import ROOT, MockEngine
from run_case import RunTest

REQUESTS = 16
WORDS = 8
LOOSE = ("--set", "pause=0s", "--set", "verdict.max_error=10s", "--set", "verdict.max_busy=100%", "--set",
         "verdict.max_starved=100%")


def tokenizer():
    """Qwen2's where it is at hand, else the small one of the tests."""
    qwen2 = os.path.join(ROOT, "..", "shared", "tokenizers", "qwen2")
    return qwen2 if os.path.exists(qwen2) else os.path.join(ROOT, "tests", "data", "tokenizer")


class ArticleTest(RunTest):
    def run_article(self, *flags, requests, lmdeploy=(), out="run"):
        """The whole matrix against one mock for each engine; returns the run and the mocks. The
        ensemble of Triton is one that does not declare the outputs for token counts."""
        common = ("--ttft", "5ms", "--itl", "1ms", "--tokens", WORDS)
        with MockEngine(*common) as vllm, \
             MockEngine(*common, "--dialect", "lmdeploy", *lmdeploy) as other, \
             MockEngine(*common, "--no-stream-usage") as triton:
            generate = f"http://{triton.address}/v2/models/ensemble/generate_stream"
            urls = {"VLLM": vllm.url, "LMDEPLOY": other.url, "TRITON": generate}
            environment = {"REQUESTS": str(requests), "QWEN2_TOKENIZER": tokenizer()}
            for name, url in urls.items():
                environment |= {f"{name}_URL": url, f"{name}_72B_URL": url}
            for name, value in environment.items():
                os.environ[name] = value
                self.addCleanup(os.environ.pop, name, None)
            run = self.run_controller(os.path.join(ROOT, "configs", "article.yaml"), *LOOSE, *flags,
                                      out=out)
        self.assertEqual(run.status, 0, run.describe())
        self.assertEqual(len(run.report["cases"]), 24)
        for case in run.report["cases"]:
            self.assertEqual(case["requests"]["ok"], requests, case["name"])
            self.assert_conserved(case)
        self.assert_recomputes(run)
        return run, (vllm, other, triton)

    def sources(self, run):
        """{engine: (source of output, source of input)}; the same in all cases of an engine."""
        found = {}
        for case in run.report["cases"]:
            tokens = case["tokens"]
            found.setdefault(case["engine"], set()).add(
                (*tokens["sources"], *tokens["input_sources"]))
        self.assertTrue(all(len(each) == 1 for each in found.values()), found)
        return {engine: each.pop() for engine, each in found.items()}

    def tokens(self, run, member):
        """{(model, dataset, concurrency): {engine: tokens}}"""
        table = {}
        for case in run.report["cases"]:
            key = case["model"], case["dataset"], case["concurrency"]
            table.setdefault(key, {})[case["engine"]] = case["tokens"][member]
        return table

    def test_one_command_makes_one_comparison_of_all_cases(self):
        run, mocks = self.run_article(requests=REQUESTS)
        cases = run.report["cases"]
        matrix = {(c["model"], c["dataset"], c["concurrency"], c["engine"]) for c in cases}
        self.assertEqual(len(matrix), 24)
        self.assertEqual({c["concurrency"] for c in cases if c["dataset"] == "openqa"}, {1, 128})
        self.assertEqual({c["concurrency"] for c in cases if c["dataset"] == "longalpaca"}, {1, 4})
        for case in cases:
            self.assertIn(case["engine"], run.stdout)
        # Each prompt went to each engine before: the second case of an engine has a warm cache.
        self.assertGreater(max(c["repeated_prompt_share"] for c in cases), 0.9)
        for mock in mocks:
            self.assertEqual(len(mock.truth), 8 * REQUESTS)
        # Each engine in its own protocol, and Triton reports no tokens.
        self.assertEqual(self.sources(run), {"vllm": ("usage", "usage"),
                                             "lmdeploy": ("usage", "usage"),
                                             "triton": ("tokenizer", "tokenizer")})
        for counts in self.tokens(run, "output").values():
            self.assertEqual(counts["vllm"], WORDS * REQUESTS)
            self.assertEqual(counts["lmdeploy"], WORDS * REQUESTS)
            self.assertGreater(counts["triton"], 0)
        self.assertIn("not counted with one ruler: vllm by usage", " ".join(run.stdout.split()))

    def test_lmdeploy_as_it_was_is_counted_with_the_tokenizer(self):
        run, _ = self.run_article(requests=4, lmdeploy=("--no-stream-usage",))
        self.assertEqual(self.sources(run), {"vllm": ("usage", "usage"),
                                             "lmdeploy": ("tokenizer", "tokenizer"),
                                             "triton": ("tokenizer", "tokenizer")})
        for counts in self.tokens(run, "output").values():
            self.assertEqual(counts["lmdeploy"], counts["triton"], "the same words")

    def test_one_ruler_for_all_three(self):
        run, _ = self.run_article("--set", "token_source=tokenizer", requests=4)
        self.assertEqual(set(self.sources(run).values()), {("tokenizer", "tokenizer")})
        for counts in self.tokens(run, "output").values():
            self.assertEqual(len(set(counts.values())), 1, counts)
        # The text of the prompt; where the template is ours, with it.
        for counts in self.tokens(run, "input").values():
            self.assertEqual(counts["vllm"], counts["lmdeploy"])
            self.assertGreater(counts["triton"], counts["vllm"])
        self.assertNotIn("one ruler", run.stdout)


if __name__ == "__main__":
    unittest.main()
