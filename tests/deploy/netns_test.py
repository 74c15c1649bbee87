#!/usr/bin/env python3
"""Four load hosts, an engine's and the controller's, each a network namespace of its own: one run
with one agent on each, mutual TLS between controller and agents, and one name that stands for all
four. Skipped with the reason where namespaces cannot be made. `./dev test-deploy` runs it."""

import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "e2e"))

import harness  # noqa: E402
import netns  # noqa: E402
from run_case import RunTest, scenario  # noqa: E402

REASON = netns.why_not()
LOAD = [f"load{i}" for i in range(4)]
PORT = 7070
REQUESTS = 400
CONCURRENCY = 64


class HostDaemon(harness.Daemon):
    """A program that listens on the address of its host."""

    def place(self, hosts, host, port):
        self.hosts, self.host, self.listen_port = hosts, host, port
        return self

    @property
    def address(self):
        return f"{self.hosts.address(self.host)}:{self.port}"

    def _command(self):
        return self.hosts.command(
            self.host, harness.program(self.name), "--listen",
            f"{self.hosts.address(self.host)}:{self.listen_port}", "--port-file",
            self.path("port.txt"), *self.flags)


class HostEngine(HostDaemon, harness.MockEngine):
    pass


class HostAgent(HostDaemon, harness.Agent):
    pass


@unittest.skipIf(REASON, REASON)
class FourHosts(RunTest):
    def setUp(self):
        super().setUp()
        self.hosts = self.enterContext(netns.Hosts("engine", "control", *LOAD))

    def engine(self):
        return HostEngine("--insecure-listen", "--ttft", "50ms", "--itl", "5ms", "--tokens", "32") \
            .place(self.hosts, "engine", 8000)

    def agents(self, flags):
        """One on each load host, running until the test ends. `flags`: host name -> its flags."""
        return [self.enterContext(HostAgent(*flags(host)).place(self.hosts, host, PORT))
                for host in LOAD]

    def run_on_control(self, text, *arguments):
        path = self.write("scenario.yaml", text)
        run_dir = os.path.join(self.folder, "run")
        # The host's own view of /etc/hosts, where one name has four addresses.
        names = self.write("hosts", "127.0.0.1 localhost\n" + "".join(
            f"{self.hosts.address(host)} {host} agents.test\n" for host in LOAD))
        done = subprocess.run(
            ["unshare", "--mount", "--propagation", "private", "sh", "-c",
             'mount --bind "$1" /etc/hosts && shift && exec "$@"', "sh", names,
             *self.hosts.command("control", harness.program("controller"), "run", path, "--out",
                                 run_dir, *arguments)],
            capture_output=True, text=True, timeout=harness.RUN_TIMEOUT_S, check=False,
            cwd=self.folder)
        run = harness.Run(done.returncode, done.stdout, done.stderr, run_dir)
        if run.db is not None:
            self.addCleanup(run.db.close)
        return run

    def check(self, run, mock):
        case = self.only_case(run)
        self.assertEqual(run.status, 0, run.describe())
        self.assertEqual(case["requests"]["ok"], REQUESTS, case["requests"])
        self.assert_conserved(case)
        self.assert_ids_match(run, mock)
        self.assert_matches_truth(run, mock)
        shares = {row["agent"]: row["n"] for row in run.db.execute(
            "SELECT agent, COUNT(*) AS n FROM requests GROUP BY agent")}
        self.assertEqual(len(shares), len(LOAD), shares)
        self.assertGreater(min(shares.values()), REQUESTS // len(LOAD) // 4, shares)

    def test_plain_text_with_an_address_for_each(self):
        agents = self.agents(lambda _: ["--insecure-listen"])
        with self.engine() as mock:
            run = self.run_on_control(scenario(mock.url, REQUESTS, CONCURRENCY),
                                      "--insecure-agents",
                                      "--agents", ",".join(a.address for a in agents))
        self.check(run, mock)

    def test_tls_with_one_name_for_all(self):
        folder = os.path.join(self.folder, "tls")
        subprocess.run([os.path.join(harness.ROOT, "deploy", "certs.sh"), folder,
                        "controller.test", *(f"{host}=agents.test" for host in LOAD)],
                       check=True, capture_output=True, timeout=60)
        self.agents(lambda host: [
            "--tls-cert", f"{folder}/agent-{host}.pem", "--tls-key", f"{folder}/agent-{host}.key",
            "--tls-ca", f"{folder}/ca.pem", "--allow-controller", "controller.test"])
        with self.engine() as mock:
            run = self.run_on_control(
                scenario(mock.url, REQUESTS, CONCURRENCY) + f"expect_agents: {len(LOAD)}\n",
                "--agents", f"agents.test:{PORT}", "--agent-ca", f"{folder}/ca.pem",
                "--agent-cert", f"{folder}/controller.pem",
                "--agent-key", f"{folder}/controller.key")
        self.check(run, mock)


if __name__ == "__main__":
    unittest.main()
