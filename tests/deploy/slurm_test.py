#!/usr/bin/env python3
"""deploy/slurm/monsoon.sbatch as Slurm would run it, with real agents and a real controller: srun and
scontrol are those of fake_slurm, and every "node" is this machine's loopback."""

import os
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "e2e"))

import harness  # noqa: E402
from fleet import answered  # noqa: E402
from run_case import RunTest, scenario  # noqa: E402

HERE = os.path.realpath(os.path.dirname(__file__))
SCRIPT = os.path.join(harness.ROOT, "deploy", "slurm", "monsoon.sbatch")


def free_ports(count, apart):
    """The first of `count` free ports in a row, whose neighbours `apart` above are free too."""
    for base in range(20000 + os.getpid() % 5000, 30000, count):
        if all(is_free(base + i + j) for i in range(count) for j in (0, apart)):
            return base
    raise harness.HarnessError("no free ports")


def is_free(port):
    with harness.socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
            return True
        except OSError:
            return False


class SlurmTest(RunTest):
    NODES = 4

    def start(self, *arguments, nodes=NODES, **environment):
        env = os.environ | {
            "PATH": os.path.join(HERE, "fake_slurm") + ":" + os.environ["PATH"],
            "SLURM_JOB_ID": str(os.getpid()), "SLURM_SUBMIT_DIR": self.folder,
            "SLURM_JOB_NODELIST": ",".join(["localhost"] * nodes),
            "MONSOON_BIN": harness.BIN, "MONSOON_LISTEN": "127.0.0.1",
            "MONSOON_CERTS": os.path.join(harness.ROOT, "deploy", "certs.sh"),
            "MONSOON_STATE": os.path.join(self.folder, "state"),
            "MONSOON_OUT": os.path.join(self.folder, "run"),
            "MONSOON_PORT": str(free_ports(nodes, 1000))} | environment
        return subprocess.Popen([SCRIPT, *arguments], env=env, cwd=self.folder, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)

    def finish(self, job, timeout_s=120):
        try:
            out, err = job.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            job.kill()
            raise
        run = harness.Run(job.returncode, out, err, os.path.join(self.folder, "run"))
        if run.db is not None:
            self.addCleanup(run.db.close)
        return run

    def check(self, nodes, agents, **environment):
        with harness.MockEngine("--ttft", "20ms", "--itl", "5ms", "--tokens", "16") as mock:
            path = self.write("scenario.yaml", scenario(mock.url, 200, 32))
            run = self.finish(self.start(path, "--set", "warmup=0", nodes=nodes, **environment))
        self.assertEqual(run.status, 0, run.describe())
        self.assertIn(f"{agents} agents are ready", run.stdout)
        case = self.only_case(run)
        self.assertEqual(case["requests"]["ok"], 200, case["requests"])
        self.assertEqual(run.db.execute(
            "SELECT COUNT(DISTINCT agent) FROM requests").fetchone()[0], agents)
        self.assert_ids_match(run, mock)
        self.assert_nothing_left()

    def assert_nothing_left(self):
        left = [name for name in os.listdir(self.folder) if name.startswith(".monsoon-")]
        self.assertEqual(left, [], "the job's keys outlived it")

    def test_agents_on_all_nodes_but_the_first(self):
        self.check(self.NODES, self.NODES - 1)

    def test_one_node_has_both(self):
        self.check(1, 1, MONSOON_PLAINTEXT="1")

    def test_ends_in_order_when_the_job_is_ended(self):
        with harness.MockEngine("--ttft", "20ms", "--itl", "5ms", "--tokens", "16") as mock:
            path = self.write("scenario.yaml", scenario(mock.url, 100000, 32))
            job = self.start(path)
            harness.wait_for(lambda: answered(mock) > 100 or job.poll() is not None, 60, "load")
            job.send_signal(signal.SIGTERM)
            run = self.finish(job)
            self.assertEqual(harness.established_connections(mock.port), 0)
        self.assertEqual(run.status, 143, run.describe())
        case = self.only_case(run)
        self.assertEqual(case["verdict"], "INCOMPLETE", run.describe())
        self.assertGreater(case["requests"]["ok"], 0)
        self.assert_conserved(case)
        self.assert_nothing_left()

    def test_says_why_an_agent_is_not_there(self):
        path = self.write("scenario.yaml", scenario("http://127.0.0.1:9", 10, 1))
        # An address that is not this machine's.
        run = self.finish(self.start(path, MONSOON_LISTEN="192.0.2.1"))
        self.assertEqual(run.status, 2, run.describe())
        self.assertIn("the agents have ended", run.stderr)
        self.assertIn("cannot listen on 192.0.2.1", run.stderr)
        self.assert_nothing_left()

    def test_asks_for_a_scenario(self):
        run = self.finish(self.start())
        self.assertEqual(run.status, 2)
        self.assertIn("which scenario?", run.stderr)


if __name__ == "__main__":
    unittest.main()
