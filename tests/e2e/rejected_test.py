"""What is wrong before any load: exit status 2, a message that says what to do, nothing sent."""

import os
import unittest

from harness import (Agent, FutureAgent, MockEngine, established_connections, unused_port,
                     wait_for)
from run_case import RunTest, scenario


class RejectedTest(RunTest):
    def assert_rejected(self, run, *fragments):
        self.assertEqual(run.status, 2, run.describe())
        for fragment in fragments:
            self.assertIn(fragment, run.stderr)
        self.assertIsNone(run.report, "a run that never started leaves no report")

    def run_with_engine(self, text, *arguments):
        """Runs the scenario, with URL standing for a mock engine, which must see no request."""
        with MockEngine() as mock:
            path = self.write("scenario.yaml", text.replace("URL", mock.url))
            run = self.run_controller(os.path.basename(path), *arguments)
        self.assertEqual(mock.truth, [], "load was sent although the run was rejected")
        return run

    def test_a_scenario_file_that_does_not_exist(self):
        run = self.run_controller("no_such_scenario.yaml")
        self.assert_rejected(run, "no_such_scenario.yaml")
        self.assert_golden("missing_scenario.txt", run.stderr)

    def test_an_unknown_key(self):
        run = self.run_with_engine(scenario("URL", 8, 2, extra="concurency: 4\n"))
        self.assert_rejected(run, "scenario.yaml:7:1", "concurency", "concurrency")
        self.assert_golden("unknown_key.txt", run.stderr)

    def test_a_value_of_the_wrong_type(self):
        run = self.run_with_engine(scenario("URL", "many", 2))
        self.assert_rejected(run, "scenario.yaml:6:11", "many")
        self.assert_golden("bad_type.txt", run.stderr)

    def test_all_problems_at_once(self):
        run = self.run_with_engine(scenario("URL", "many", 0, extra="concurency: 4\n"))
        self.assert_rejected(run, "scenario.yaml:4:", "scenario.yaml:6:", "scenario.yaml:7:")
        self.assert_golden("all_problems.txt", run.stderr)

    def test_a_dataset_line_that_is_cut_in_half(self):
        self.write("questions.jsonl", '{"question": "whole"}\n{"question": "ha')
        run = self.run_with_engine(scenario("URL", 8, 2))
        self.assert_rejected(run, "questions.jsonl:2")
        self.assert_golden("cut_dataset_line.txt", run.stderr)

    def test_an_agent_that_cannot_be_reached_is_named(self):
        address = f"127.0.0.1:{unused_port()}"
        run = self.run_with_engine(scenario("URL", 8, 2), "--agents", address)
        self.assert_rejected(run, address)
        self.assert_golden("agent_unreachable.txt", run.stderr, [(address, "AGENT")])

    def test_an_agent_of_another_protocol_version(self):
        for answer in ("refuse", "welcome"):
            with self.subTest(answer=answer), FutureAgent(answer) as agent:
                run = self.run_with_engine(scenario("URL", 8, 2), "--agents", agent.address)
                self.assert_rejected(run, agent.address, "protocol 99", "protocol 3")
                self.assert_golden(f"agent_version_{answer}.txt", run.stderr,
                                   [(agent.address, "AGENT"), (r"version 0\.[0-9.]+", "version V")])

    def test_another_number_of_agents_than_expected(self):
        with Agent() as agent:
            run = self.run_with_engine(scenario("URL", 8, 2), "--agents", agent.address, "--set",
                                       "expect_agents=2")
            self.assert_rejected(run, "expect_agents is 2", "stand for 1", "--set expect_agents=1")

    def test_a_second_run_on_a_busy_agent(self):
        with Agent() as agent, MockEngine("--ttft", "5s") as mock:
            first = self.start_run(scenario(mock.url, 4, 4), "--agents", agent.address, out="first")
            wait_for(lambda: established_connections(mock.port) == 4, 60, "four open streams")
            run = self.run_controller("scenario.yaml", "--agents", agent.address)
            self.assert_rejected(run, agent.address, "is busy with run")
            self.assertEqual(first.wait().status, 0)

    def test_a_target_that_the_agent_must_not_load(self):
        run = self.run_controller(scenario("http://169.254.169.254/v1/chat/completions", 1, 1))
        self.assert_rejected(run, "169.254.169.254", "never sends")
        run = self.run_controller(scenario("http://203.0.113.1/v1/chat/completions", 1, 1), out="b")
        self.assert_rejected(run, "203.0.113.1", "--allow-target")

    def test_an_engine_name_that_does_not_resolve(self):
        run = self.run_controller(scenario("http://no-such-host.invalid/v1/chat/completions", 1, 1))
        self.assert_rejected(run, "no-such-host.invalid", "does not resolve")

    def test_a_parameter_that_the_engine_lacks(self):
        run = self.run_with_engine(scenario("URL", 8, 2, extra="sampling: {top_k: 5}\n")
                                   .replace("vllm", "openai"))
        self.assert_rejected(run, "mock/openqa/c2/openai", "has no parameter top_k")

    def test_a_dataset_that_the_route_cannot_be_sent(self):
        self.write("questions.jsonl", '{"query": "q", "documents": ["d"]}\n')
        text = scenario("URL", 8, 2).replace("name: openqa", "name: docs, format: rerank")
        run = self.run_with_engine(text)
        self.assert_rejected(run, "dataset docs (format rerank)", "engine vllm (type vllm)",
                             "route chat", "set engine.route to rerank")
        status, _, err = self.controller("validate", "scenario.yaml")
        self.assertEqual(status, 2, err)
        self.assertIn("dataset docs (format rerank)", err)

    def test_an_output_folder_that_is_in_use(self):
        self.write("scenario.yaml", scenario("http://127.0.0.1:9/v1/chat/completions", 1, 1))
        os.mkdir(os.path.join(self.folder, "used"))
        self.write("used/file", "x")
        run = self.run_controller("scenario.yaml", out="used")
        self.assertEqual(run.status, 2, run.describe())
        self.assertIn("used", run.stderr)
        self.assertTrue(os.path.exists(os.path.join(self.folder, "used", "file")))

    def test_one_missing_agent_of_two_keeps_the_other_from_starting(self):
        missing = f"127.0.0.1:{unused_port()}"
        with Agent() as agent:
            run = self.run_with_engine(scenario("URL", 8, 2), "--agents",
                                       f"{agent.address},{missing}")
        self.assert_rejected(run, missing)
        self.assertNotIn(agent.address, run.stderr)


if __name__ == "__main__":
    unittest.main()
