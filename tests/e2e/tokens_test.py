"""Where token counts come from: the engine's usage, the model's tokenizer, and one against the other.

The tokenizer is the hand-checked one of tests/data/tokenizer, whose tokens are bytes but for eleven
merges, so that this file can count for itself.
"""

import json
import os
import shutil
import subprocess
import unittest

from harness import ROOT, MockEngine, program
from run_case import LOOSE_VERDICT, RunTest

TOKENIZER = os.path.join(ROOT, "tests", "data", "tokenizer")
MERGES = [("l", "l"), ("h", "e"), ("he", "ll"), ("hell", "o"), (" ", "w"), ("o", "r"), (" w", "or"),
          ("\xc3", "\xa9"), (" ", " "), ("\xe4", "\xbb"), ("\n", "\n")]
# tests/mock_engine/vocabulary.cc: token k of every answer.
WORDS = ["The", " monsoon", " brings", " rain", ",", " 季风", "带来", "雨", "\U0001F327", " and", " wind",
         ".", "\n", " Rivers", " \"rise\"", " again"]
CACHE_BUST_BYTES = 15


def count(text):
    """Tokens of `text`. (No merge here crosses one of the tokenizer's word boundaries.)"""
    pieces = list(text.encode().decode("latin-1"))
    for left, right in MERGES:
        at = 0
        while at + 1 < len(pieces):
            if (pieces[at], pieces[at + 1]) == (left, right):
                pieces[at:at + 2] = [left + right]
            at += 1
    return len(pieces)


def answer(words):
    return "".join(WORDS[k % len(WORDS)] for k in range(words))


def prompt(index):
    return f"问题 {index}: why is the sky {'very ' * (index % 7)}blue?"


def scenario(url, extra="", engine="type: vllm", dataset="", tokenizer=TOKENIZER):
    model = f"{{name: mock, tokenizer: {tokenizer}}}" if tokenizer else "mock"
    return (f"name: tokens\nmodel: {model}\n"
            f"dataset: {{name: openqa, path: questions.jsonl{dataset}}}\n"
            f"concurrency: 4\nengine: {{{engine}, url: {url}}}\nrequests: 20\nwarmup: 2\n"
            f"{extra}{LOOSE_VERDICT}")


def has_tokenizers(folder):
    """False for a build without Rust, which says so in an error."""
    path = os.path.join(folder, "probe.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(scenario("http://127.0.0.1:1"))
    done = subprocess.run([program("controller"), "validate", path], capture_output=True, text=True,
                          timeout=60, check=False)
    return "without tokenizers" not in done.stderr


class TokensTest(RunTest):
    def setUp(self):
        super().setUp()
        if not has_tokenizers(self.folder):
            self.skipTest("this build has no tokenizers")

    def run_against(self, *flags, words=10, out="run", **kwargs):
        with MockEngine("--ttft", "5ms", "--itl", "1ms", "--tokens", words, *flags) as mock:
            run = self.run_controller(scenario(mock.url, **kwargs), out=out)
        self.assertEqual(run.status, 0, run.describe())
        self.assertEqual(self.only_case(run)["requests"]["ok"], 20)
        self.assert_recomputes(run)
        return run

    def columns(self, run, *names):
        """The distinct rows of these columns."""
        return {tuple(row[name] for name in names) for row in run.requests()}

    def test_what_the_engine_does_not_count_the_tokenizer_does(self):
        run = self.run_against("--no-stream-usage")
        self.assertEqual(
            self.columns(run, "token_source", "output_tokens", "first_chunk_tokens",
                         "reasoning_tokens", "usage_output_tokens", "tokenizer_output_tokens"),
            {("tokenizer", count(answer(10)), count("The"), 0, None, count(answer(10)))})
        self.assertEqual(self.columns(run, "input_token_source", "usage_input_tokens"),
                         {("tokenizer", None)})
        for row in run.requests():
            self.assertEqual(row["input_tokens"], count(prompt(row["request_index"])))
        case = self.only_case(run)
        self.assertEqual(case["tokens"]["sources"], {"tokenizer": 20})
        self.assertEqual(case["tokens"]["first_chunk_assumed"], 0)
        self.assertEqual(case["tokens"]["output"], 20 * count(answer(10)))
        self.assertIn("chat template", " ".join(case["warnings"]))
        self.assertIn("(source: 20 tokenizer)", run.stdout)

    def test_where_the_engine_counts_its_word_is_taken(self):
        run = self.run_against()
        self.assertEqual(
            self.columns(run, "token_source", "input_token_source", "output_tokens",
                         "tokenizer_output_tokens", "tokenizer_input_tokens"),
            {("usage", "usage", 10, None, None)})
        # What usage does not say, the tokenizer adds: how much of it the first event held.
        self.assertEqual(self.columns(run, "first_chunk_tokens"), {(count("The"),)})
        self.assertEqual(self.only_case(run)["flags"]["first_chunk_assumed"], 0)

    def test_usage_alone_asks_no_tokenizer(self):
        run = self.run_against("--no-stream-usage", extra="token_source: usage\n")
        self.assertEqual(self.columns(run, "token_source", "input_tokens", "first_chunk_tokens",
                                      "tokenizer_output_tokens"), {("chunks", None, 1, None)})

    def test_one_ruler_for_an_engine_that_counts_too(self):
        run = self.run_against(extra="token_source: tokenizer\n")
        self.assertEqual(self.columns(run, "token_source", "output_tokens", "usage_output_tokens"),
                         {("tokenizer", count(answer(10)), 10)})
        for row in run.requests():
            self.assertEqual(row["input_tokens"], count(prompt(row["request_index"])))
            self.assertGreater(row["usage_input_tokens"], 0)
        self.assertEqual(self.only_case(run)["token_source"], "tokenizer")

    def test_reasoning_and_content_are_counted_apart(self):
        run = self.run_against("--reasoning", 4, extra="token_source: tokenizer\n")
        reasoning, content = answer(4), answer(10)[len(answer(4)):]
        self.assertEqual(self.columns(run, "output_tokens", "reasoning_tokens"),
                         {(count(reasoning) + count(content), count(reasoning))})

    def test_an_answer_in_one_piece(self):
        run = self.run_against(extra="token_source: tokenizer\nsampling: {stream: false}\n")
        self.assertEqual(self.columns(run, "token_source", "output_tokens", "first_chunk_tokens"),
                         {("tokenizer", count(answer(10)), None)})

    def test_a_prompt_with_a_unique_beginning_is_counted_with_it(self):
        run = self.run_against("--no-stream-usage", dataset=", cache_bust: true")
        for row in run.requests():
            self.assertEqual(row["input_tokens"],
                             CACHE_BUST_BYTES + count(prompt(row["request_index"])))

    def test_usage_is_checked_on_request(self):
        run = self.run_against(extra="verify_usage: true\n")
        case = self.only_case(run)
        self.assertEqual(case["tokens"]["sources"], {"usage": 20})
        check = case["tokens"]["usage_check"]["output"]
        counted = count(answer(10))
        self.assertEqual((check["requests"], check["differ"], check["reported"], check["counted"]),
                         (20, 20, 200, 20 * counted))
        self.assertAlmostEqual(check["mean_relative_difference"], (counted - 10) / counted)
        self.assertAlmostEqual(check["max_relative_difference"], (counted - 10) / counted)
        self.assertEqual(case["tokens"]["usage_check"]["input"]["requests"], 20)
        self.assertIn("20 of 20 requests differ", run.stdout)
        self.assertIn("the tokenizer of the model", " ".join(case["warnings"]))
        with open(os.path.join(run.run_dir, "requests.csv"), encoding="utf-8") as file:
            self.assertIn("usage_output_tokens,tokenizer_input_tokens,tokenizer_output_tokens",
                          file.readline())

    def test_a_report_is_made_again_without_the_tokenizer(self):
        copy = os.path.join(self.folder, "tokenizer")
        shutil.copytree(TOKENIZER, copy)
        run = self.run_against("--no-stream-usage", extra="verify_usage: true\n", tokenizer=copy)
        shutil.rmtree(copy)
        done = subprocess.run([program("controller"), "report", run.run_dir], capture_output=True,
                              text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(os.path.join(run.run_dir, "report.json"), encoding="utf-8") as file:
            self.assertEqual(json.load(file), run.report)

    def test_engines_with_different_rulers_are_told_apart(self):
        with MockEngine("--ttft", "5ms", "--itl", "1ms", "--tokens", 8) as counts, \
             MockEngine("--ttft", "5ms", "--itl", "1ms", "--tokens", 8, "--no-stream-usage") as not_:
            engines = (f"[{{type: vllm, name: one, url: {counts.url}}}, "
                       f"{{type: vllm, name: two, url: {not_.url}}}]")
            text = scenario("", engine="").replace("engine: {, url: }", f"engine: {engines}")
            run = self.run_controller(text)
            same = self.run_controller(text + "token_source: tokenizer\n", out="same")
        self.assertEqual((run.status, same.status), (0, 0), run.describe() + same.describe())
        self.assertIn("one by usage, two by tokenizer", run.stdout)
        self.assertNotIn("one by", same.stdout)
        self.assertEqual({c["tokens"]["output"] for c in same.report["cases"]},
                         {20 * count(answer(8))})

    def test_what_cannot_be_counted_is_refused_before_any_load(self):
        for extra, line in (("token_source: tokenizer\n", "scenario.yaml:8:15: token_source is"),
                            ("verify_usage: true\n", "scenario.yaml:8:15: verify_usage is")):
            run = self.run_controller(scenario("http://127.0.0.1:1", extra, tokenizer=""))
            self.assertEqual(run.status, 2, run.describe())
            self.assertIn(line, run.stderr)
            self.assertIn("has no tokenizer", run.stderr)


if __name__ == "__main__":
    unittest.main()
