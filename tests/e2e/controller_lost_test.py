"""A controller that dies under the default lease takes its load with it, and its agent is free again.
(Short leases, open loops, controllers that stand still, agents that die: fleet_lease_test, fleet_test.)"""

import json
import signal
import subprocess
import time
import unittest

from harness import Agent, MockEngine, established_connections, program, wait_for
from run_case import NO_PREFLIGHT, RunTest, scenario

LEASE_S = 10


class ControllerLostTest(RunTest):
    def agent_is_free(self, agent):
        done = subprocess.run([program("controller"), "agents", agent.address, "--json"],
                              capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["agents"][0]["state"] == "idle"

    def test_a_killed_controller_takes_its_load_with_it(self):
        with MockEngine("--ttft", "60s") as endless, MockEngine("--tokens", 3) as mock, \
             Agent() as agent:
            started = self.start_run(scenario(endless.url, 5000, 8) + NO_PREFLIGHT, "--agents",
                                     agent.address)
            wait_for(lambda: established_connections(endless.port) == 8, 60, "eight connections")
            time.sleep(0.7)  # they are made before the start
            self.assertFalse(self.agent_is_free(agent))
            started.signal(signal.SIGKILL)
            killed_s = time.monotonic()
            wait_for(lambda: established_connections(endless.port) == 0, LEASE_S + 5,
                     "the load to end")
            took_s = time.monotonic() - killed_s
            self.assertLess(took_s, LEASE_S + 1, "that is longer than the lease")
            self.assertGreater(took_s, LEASE_S - 3, "that was not the lease")
            wait_for(lambda: self.agent_is_free(agent), 5, "the agent to be free")
            # The same agent serves the next run.
            run = self.run_controller(scenario(mock.url, 8, 8), "--agents", agent.address, out="next")
            self.assertEqual(run.status, 0, run.describe())


if __name__ == "__main__":
    unittest.main()
