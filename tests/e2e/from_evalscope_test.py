"""An EvalScope command line becomes a scenario that can be read and run."""

import glob
import json
import os
import shlex
import unittest

from harness import ROOT, MockEngine
from run_case import RunTest

COMMANDS = os.path.join(ROOT, "tests", "golden", "evalscope")


class FromEvalscopeTest(RunTest):
    def setUp(self):
        super().setUp()
        for folder in ("datasets", "Qwen2-72B-Instruct"):
            os.mkdir(os.path.join(self.folder, folder))
        self.write("datasets/open_qa.jsonl", '{"question": "why?"}\n' * 3)
        self.write("datasets/LongAlpaca-12k.json", json.dumps([{"instruction": "Sum up: a b c"}]))
        self.write("prompts.txt", "one\ntwo\n")
        self.write("texts.txt", "one\ntwo\n" * 8)
        self.write("queries.jsonl", '{"query": "why?", "documents": ["one", "two"]}\n')
        self.write("prompt.jsonl", '{"question": "hi"}\n')

    def command(self, name):
        with open(os.path.join(COMMANDS, name), encoding="utf-8") as file:
            return file.read()

    def translate(self, text):
        status, out, err = self.controller("from-evalscope", text)
        self.assertEqual(status, 0, err)
        return out

    def test_the_six_commands_of_the_article_are_scenarios(self):
        names = sorted(glob.glob("article_*.sh", root_dir=COMMANDS))
        self.assertEqual(len(names), 6)
        for name in names:
            with self.subTest(name):
                # Whether a tokenizer can be opened is another test's.
                text = "\n".join(
                    "model: qwen" if line.startswith("model:") else line
                    for line in self.translate(self.command(name)).splitlines()) + "\n"
                self.write("scenario.yaml", text)
                status, out, err = self.controller("validate", "scenario.yaml")
                self.assertEqual(status, 0, err + text)
                self.assertIn("1 case(s)", out)
                self.assertIn("1000 requests", out)

    def test_embeddings_and_rerank_are_scenarios(self):
        for name in ("new_embedding.sh", "new_rerank.sh"):
            with self.subTest(name):
                text = self.translate(self.command(name))
                self.write("scenario.yaml", text)
                status, out, err = self.controller("validate", "scenario.yaml")
                self.assertEqual(status, 0, err + text)
                self.assertIn("1 case(s)", out)

    def test_what_a_hub_has_and_answer_lengths_are_scenarios(self):
        for flags in ("--dataset share_gpt_zh", "--dataset share_gpt_en",
                      "--prompt hi --max-tokens 10 20"):
            with self.subTest(flags):
                text = self.translate("evalscope perf --model m --url http://gpu1:8000 " + flags)
                self.write("scenario.yaml", text)
                status, _, err = self.controller("validate", "scenario.yaml")
                self.assertEqual(status, 0, err + text)

    def test_words_behind_two_dashes_one_text_and_stdin_are_the_same(self):
        text = self.command("article_vllm_openqa.sh")
        one = self.translate(text)
        for arguments, stdin in ((("--", *shlex.split(text)), None), (("-",), text), ((), text)):
            status, out, err = self.controller("from-evalscope", *arguments, stdin=stdin)
            self.assertEqual((status, out), (0, one), err)

    def test_words_of_the_command_are_none_of_ours(self):
        status, out, err = self.controller(
            "from-evalscope", "--", "llmuses", "perf", "--model", "run", "--url", "http://h:1/v1/x",
            "--name", "--help", "--dataset-path", "p")
        self.assertEqual(status, 2, out)
        self.assertIn("--name lacks its value", err)

    def test_mistakes_are_named(self):
        status, out, err = self.controller("from-evalscope", "--", "llmuses", "perf", "--paralel", "5")
        self.assertEqual((status, out), (2, ""))
        self.assertIn("did you mean --parallel?", err)
        status, _, err = self.controller("from-evalscope", stdin="")
        self.assertEqual(status, 2)
        self.assertIn("llmuses perf --url", err)

    def test_a_translated_command_runs(self):
        with MockEngine("--ttft", "5ms", "--tokens", 5) as mock:
            text = self.translate(
                f"llmuses perf --url {mock.url} --model mock --parallel 2 -n 6 --stream "
                "--dataset openqa --dataset-path datasets/open_qa.jsonl --max-tokens 5 "
                "--headers 'Authorization=Bearer sk-secret'")
            self.assertNotIn("sk-secret", text)
            self.write("scenario.yaml", text + "verdict: {max_error: 10s, max_busy: 100%}\n")
            os.environ["LLM_API_KEY"] = "sk-secret"
            self.addCleanup(os.environ.pop, "LLM_API_KEY")
            run = self.run_controller("scenario.yaml")
        self.assertEqual(run.status, 0, run.describe())
        self.assertEqual(self.only_case(run)["requests"]["ok"], 6)
        self.assertEqual(len(mock.truth), 6)


if __name__ == "__main__":
    unittest.main()
