"""One run of the real controller and agents against the mock engine, whose log is the truth."""

import re
import unittest

from harness import Agent, MockEngine
from run_case import NO_PREFLIGHT, RunTest, scenario


class WholeRunTest(RunTest):
    REQUESTS = 512
    TOKENS = 100
    CONCURRENCY = 128

    def check_whole_run(self, agents):
        with MockEngine("--ttft", "50ms", "--itl", "10ms", "--tokens", self.TOKENS) as mock:
            arguments = ["--agents", ",".join(a.address for a in agents)] if agents else []
            run = self.run_controller(scenario(mock.url, self.REQUESTS, self.CONCURRENCY),
                                      *arguments)
        case = self.only_case(run)
        self.assertEqual(run.status, 0, run.describe())
        self.assertEqual(case["verdict"], "VALID", case["reasons"])
        self.assertEqual(case["requests"]["planned"], self.REQUESTS)
        self.assertEqual(case["requests"]["ok"], self.REQUESTS, case["requests"])
        self.assert_conserved(case)
        self.assert_all_files(run)
        self.assert_ids_match(run, mock)
        self.assert_matches_truth(run, mock)
        self.assert_recomputes(run)
        # Whatever the number of agents, the plan is the same: requests 0 to 511 of case 0.
        self.assertEqual({row["request_id"].split(".", 1)[1] for row in mock.truth},
                         {f"0.{i}" for i in range(self.REQUESTS)})
        # The global concurrency is reached, and never exceeded.
        self.assertLessEqual(mock.summary["max_concurrency"], self.CONCURRENCY)
        self.assertGreaterEqual(mock.summary["max_concurrency"], self.CONCURRENCY * 9 // 10)
        return run

    def check_with_agents(self, count):
        agents = [Agent() for _ in range(count)]
        for agent in agents:
            self.enterContext(agent)
        run = self.check_whole_run(agents)
        share = {row["agent"]: row["n"] for row in run.db.execute(
            "SELECT agent, COUNT(*) AS n FROM requests GROUP BY agent")}
        self.assertEqual(set(share), {agent.address for agent in agents})
        for name, count_of_one in share.items():
            self.assertGreater(count_of_one, self.REQUESTS // count // 4, f"{name}: {share}")

    def test_one_agent(self):
        self.check_with_agents(1)

    def test_two_agents(self):
        self.check_with_agents(2)

    def test_four_agents(self):
        self.check_with_agents(4)

    def test_the_agent_that_the_controller_starts_itself(self):
        self.check_whole_run([])


class EngineBehaviourTest(RunTest):
    def test_waiting_for_a_slot_of_the_engine_counts_as_time_to_first_token(self):
        # 4 slots of 20 + 9 * 5 = 65 ms; of 16 in flight, 12 wait for about three others.
        with MockEngine("--slots", 4, "--ttft", "20ms", "--itl", "5ms", "--tokens", 10) as mock:
            run = self.run_controller(scenario(mock.url, 64, 16))
        case = self.only_case(run)
        self.assertEqual(run.status, 0, run.describe())
        self.assertEqual(case["requests"]["ok"], 64)
        self.assert_ids_match(run, mock)
        self.assert_matches_truth(run, mock)
        self.assertGreater(case["ttft_s"]["p50"], 0.150)
        self.assertEqual(mock.summary["max_concurrency"], 16)

    def test_failures_are_counted_by_class_exactly_as_the_engine_made_them(self):
        classes = {"http_500": "error_http", "error_in_stream": "error_in_stream",
                   "empty": "empty", "truncate": "truncated", "bad_json": "bad_payload"}
        faults = [flag for kind in classes for flag in ("--fault", f"{kind}:0.1")]
        with MockEngine("--ttft", "5ms", "--itl", "1ms", "--tokens", 8, *faults) as mock:
            run = self.run_controller(scenario(mock.url, 200, 8) + NO_PREFLIGHT)
        case = self.only_case(run)
        self.assertEqual(run.status, 3, "the default gate is error_rate <= 1%; " + run.describe())
        self.assert_conserved(case)
        self.assert_ids_match(run, mock)
        self.assert_recomputes(run)
        made = {error: sum(row["outcome"] == f"fault:{kind}" for row in mock.truth)
                for kind, error in classes.items()}
        self.assertTrue(all(made.values()), f"the mock engine dealt too few faults: {made}")
        self.assertEqual({k: n for k, n in case["requests"]["errors"].items() if n}, made)
        self.assertEqual(case["requests"]["ok"],
                         sum(row["outcome"] == "ok" for row in mock.truth))

    def test_an_engine_that_refuses_the_key(self):
        with MockEngine("--api-key", "right") as mock:
            run = self.run_controller(scenario(mock.url, 8, 2) + NO_PREFLIGHT)
        case = self.only_case(run)
        self.assertEqual(run.status, 1, run.describe())
        self.assertEqual(case["verdict"], "FAILED")
        self.assertEqual(case["requests"]["errors"], {"error_http": 8})
        self.assertEqual({row["http_status"] for row in run.requests()}, {401})
        self.assert_conserved(case)
        self.assert_all_files(run)
        # What the engine said is repeated, to the user and in the report.
        self.assertEqual([(s["count"], s["http_status"], s["message"])
                          for s in case["error_samples"]], [(8, 401, "HTTP 401: Unauthorized")])
        self.assertIn("HTTP 401: Unauthorized", run.stdout)
        self.assert_golden("engine_401.txt", self.failure_text(run))

    def test_an_engine_that_refuses_connections(self):
        with MockEngine() as mock:
            url = mock.url  # nothing listens there any more once the mock has stopped
        run = self.run_controller(scenario(url, 8, 2) + NO_PREFLIGHT)
        case = self.only_case(run)
        self.assertEqual(run.status, 1, run.describe())
        self.assertEqual(case["verdict"], "FAILED")
        self.assertEqual(case["requests"]["errors"], {"connect": 8})
        self.assertEqual(run.requests("sent_ns IS NOT NULL"), [], "nothing could be sent")
        self.assert_conserved(case)
        self.assert_golden("engine_refuses_connections.txt", self.failure_text(run),
                           [(r"127\.0\.0\.1:\d+", "ENGINE")])

    @staticmethod
    def failure_text(run):
        """What the terminal says about the failure: verdict, counts, gate and errors, no times."""
        said = []
        continued = False
        for line in run.stdout.splitlines():
            if re.match(r"FAILED  |  (! |requests |gate |error )", line):
                said.append(line)
                continued = True
            elif line.startswith("    ") and continued:
                said[-1] += " " + line.strip()  # where a line is broken depends on the port
            else:
                continued = False
        return "\n".join(said) + "\n"


if __name__ == "__main__":
    unittest.main()
