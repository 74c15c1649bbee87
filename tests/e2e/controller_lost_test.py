"""Load never outlives its controller by more than the lease, and the agent is free again afterwards."""

import json
import signal
import subprocess
import time
import unittest

from harness import Agent, MockEngine, established_connections, program, wait_for
from run_case import RunTest, scenario


class ControllerLostTest(RunTest):
    def agent_is_free(self, agent):
        done = subprocess.run([program("controller"), "agents", agent.address, "--json"],
                              capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["agents"][0]["state"] == "idle"

    @staticmethod
    def requests_seen(mock):
        with open(mock.path("truth.csv"), encoding="utf-8") as log:
            return sum(1 for _ in log)

    def test_a_killed_controller_takes_its_load_with_it(self):
        with MockEngine("--ttft", "20ms", "--itl", "20ms", "--tokens", 50) as mock, Agent() as agent:
            started = self.start_run(scenario(mock.url, 5000, 8), "--agents", agent.address)
            wait_for(lambda: established_connections(mock.port) == 8, 60, "eight open streams")
            self.assertFalse(self.agent_is_free(agent))
            started.signal(signal.SIGKILL)
            killed = time.monotonic()
            wait_for(lambda: established_connections(mock.port) == 0, 15, "the load to end")
            self.assertLess(time.monotonic() - killed, 12, "that is longer than the lease")
            wait_for(lambda: self.agent_is_free(agent), 15, "the agent to be free")
            # The same agent serves the next run.
            run = self.run_controller(scenario(mock.url, 8, 8), "--agents", agent.address, out="next")
            self.assertEqual(run.status, 0, run.describe())

    def test_a_stopped_controller_loses_its_lease(self):
        with MockEngine("--ttft", "20ms", "--itl", "20ms", "--tokens", 50) as mock, Agent() as agent:
            started = self.start_run(scenario(mock.url, 5000, 8), "--agents", agent.address)
            wait_for(lambda: self.requests_seen(mock) > 16, 60, "two rounds of requests")
            time.sleep(0.5)  # and their records at the controller
            started.signal(signal.SIGSTOP)
            wait_for(lambda: established_connections(mock.port) == 0, 20, "the load to end")
            time.sleep(1)  # the mock engine writes its log a little later
            seen = self.requests_seen(mock)
            time.sleep(1)
            self.assertEqual(self.requests_seen(mock), seen, "the agent sent more")
            started.signal(signal.SIGCONT)
            run = started.wait(60)
            self.addCleanup(run.db.close)
        case = self.only_case(run)
        self.assertEqual(case["verdict"], "INCOMPLETE", run.describe())
        self.assertEqual(run.status, 4)
        self.assert_conserved(case)

    def test_a_killed_agent_is_named_and_what_it_held_is_lost(self):
        with MockEngine("--ttft", "20ms", "--itl", "20ms", "--tokens", 20) as mock, \
             Agent() as kept, Agent() as killed:
            started = self.start_run(scenario(mock.url, 300, 8), "--agents",
                                     f"{kept.address},{killed.address}")
            wait_for(lambda: established_connections(mock.port) == 8, 60, "eight open streams")
            time.sleep(1)
            killed.process.kill()
            killed.process.wait(10)
            run = started.wait(60)
            self.addCleanup(run.db.close)
            killed.stop(expect_success=False)
        case = self.only_case(run)
        self.assertEqual(case["verdict"], "INCOMPLETE", run.describe())
        self.assertIn(killed.address, " ".join(case["reasons"]))
        self.assertGreater(case["requests"]["lost"], 0)
        self.assertEqual(run.status, 4)
        self.assert_conserved(case)
        seen = [row["request_id"] for row in mock.truth]
        self.assertEqual(len(seen), len(set(seen)), "a request was sent twice")


if __name__ == "__main__":
    unittest.main()
