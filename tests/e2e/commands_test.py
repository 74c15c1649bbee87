"""The commands other than `run`, as a new user would try them."""

import json
import os
import subprocess
import unittest

from harness import Agent, MockEngine, program, unused_port
from run_case import RunTest, scenario


class CommandsTest(RunTest):
    def test_no_command_shows_what_there_is(self):
        status, _, err = self.controller()
        self.assertEqual(status, 2)
        for command in ("run", "validate", "fetch", "report", "agents"):
            self.assertIn(command, err)

    def test_an_unknown_command_is_named(self):
        status, _, err = self.controller("campare", "a")
        self.assertEqual(status, 2)
        self.assertIn("campare", err)

    def test_validate_shows_the_cases_and_sends_nothing(self):
        with MockEngine() as mock:
            self.write("scenario.yaml", scenario(mock.url, 8, 2)
                       .replace("concurrency: 2", "concurrency: [1, 2]"))
            status, out, err = self.controller("validate", "scenario.yaml", "--set", "requests=5")
        self.assertEqual(status, 0, err)
        self.assertIn("2 case(s)", out)
        self.assertIn("mock/openqa/c2/vllm: 5 requests from", out)
        self.assertEqual(mock.truth, [])

    def test_validate_shows_what_each_dataset_gives(self):
        self.write("chats.json", '[{"conversations": [{"from": "human", "value": "Why?"}]},'
                                 ' {"conversations": []}]')
        self.write("scenario.yaml", scenario("http://127.0.0.1:9", 8, 2) + "cases:\n"
                   "  - dataset: {name: sharegpt, path: chats.json, output_tokens: 7}\n"
                   "  - dataset: {format: sharegpt, name: batch, path: chats.json, max_prompt_length: 5}\n")
        status, out, err = self.controller("validate", "scenario.yaml")
        self.assertEqual(status, 0, err)
        self.assertIn("dataset sharegpt: 1 prompt, of 2 entries read; left out: 1 without a prompt or a "
                      "reference answer; answers: 7 shortest, 7 median, 7 longest\n", out)
        self.assertIn("dataset batch: 1 prompt, of 2 entries read; left out: 1 without", out)

    def test_a_tokenizer_that_cannot_be_opened_stops_validate_and_run(self):
        os.mkdir(os.path.join(self.folder, "model"))
        self.write("scenario.yaml", scenario("http://127.0.0.1:9", 8, 2)
                   .replace("model: mock", "model: {name: mock, tokenizer: model}"))
        for command in ("validate", "run"):
            status, _, err = self.controller(command, "scenario.yaml")
            self.assertEqual(status, 2, err)
            self.assertRegex(err, r"scenario\.yaml:\d+:\d+: model\.tokenizer: "
                                  r".*/model has no tokenizer\.json")

    def test_report_says_the_same_again_without_any_load(self):
        with MockEngine("--ttft", "5ms", "--itl", "1ms", "--tokens", 5) as mock:
            run = self.run_controller(scenario(mock.url, 8, 2))
            os.remove(os.path.join(run.run_dir, "report.json"))
            status, out, err = self.controller("report", run.run_dir)
        self.assertEqual(status, run.status, err)
        self.assertEqual(out, run.stdout)
        with open(os.path.join(run.run_dir, "report.json"), encoding="utf-8") as file:
            self.assertEqual(json.load(file), run.report)
        self.assertEqual(len(mock.truth), 8)

    def test_report_without_a_run_says_so(self):
        status, _, err = self.controller("report", self.folder)
        self.assertEqual(status, 2)
        self.assertIn("run.db", err)

    def test_agents_shows_each_and_names_who_is_missing(self):
        with Agent() as agent:
            missing = f"127.0.0.1:{unused_port()}"
            status, out, err = self.controller("agents", f"{agent.address},{missing}")
        self.assertEqual(status, 2)
        self.assertRegex(out, rf"(?m)^{agent.address} +idle ")
        self.assertIn(missing, err)

    def test_an_agent_refuses_to_listen_where_everybody_can_reach_it(self):
        done = subprocess.run([program("agent"), "--listen", "0.0.0.0:0"], capture_output=True,
                              text=True, timeout=20, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("--insecure-listen", done.stderr)


if __name__ == "__main__":
    unittest.main()
