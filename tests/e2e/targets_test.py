"""An agent is no weapon and no go-between: where its load may go; and what deploy/certs.sh makes."""

import os
import subprocess
import unittest

from harness import ROOT, Agent
from python_engine import CHAT, PythonEngine
from run_case import NO_PREFLIGHT, RunTest, scenario


class CertsTest(RunTest):
    """deploy/certs.sh itself."""

    def certs(self, *arguments):
        done = subprocess.run([os.path.join(ROOT, "deploy", "certs.sh"), *arguments],
                              capture_output=True, text=True, timeout=60, check=False,
                              cwd=self.folder)
        return done.returncode, done.stdout + done.stderr

    def read_key(self):
        with open(os.path.join(self.folder, "own", "controller.key"), "rb") as file:
            return file.read()

    def openssl(self, *arguments):
        return subprocess.run(["openssl", *arguments], capture_output=True, text=True, timeout=60,
                              check=True, cwd=self.folder).stdout

    def test_makes_what_it_says_and_overwrites_nothing(self):
        status, said = self.certs("own", "controller.test", "load1", "10.0.0.7=load2,fd00::2")
        self.assertEqual(status, 0, said)
        self.assertEqual(sorted(os.listdir(os.path.join(self.folder, "own"))),
                         ["agent-10.0.0.7.key", "agent-10.0.0.7.pem", "agent-load1.key",
                          "agent-load1.pem", "ca.key", "ca.pem", "controller.key",
                          "controller.pem"])
        for name in os.listdir(os.path.join(self.folder, "own")):
            mode = os.stat(os.path.join(self.folder, "own", name)).st_mode & 0o777
            self.assertEqual(mode, 0o600 if name.endswith(".key") else 0o644, name)
        for name in ("agent-load1", "agent-10.0.0.7", "controller"):
            self.openssl("verify", "-CAfile", "own/ca.pem", f"own/{name}.pem")
        names = self.openssl("x509", "-in", "own/agent-10.0.0.7.pem", "-noout", "-ext",
                             "subjectAltName")
        for part in ("IP Address:10.0.0.7", "DNS:load2", "IP Address:FD00:0:0:0:0:0:0:2"):
            self.assertIn(part, names)
        before = self.read_key()
        status, said = self.certs("own", "controller.test", "load3", "load1")
        self.assertEqual(status, 1)
        self.assertIn("is there already, and is not overwritten", said)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "own", "agent-load3.pem")))
        self.assertEqual(self.certs("own", "controller.test", "load3")[0], 0)
        self.openssl("verify", "-CAfile", "own/ca.pem", "own/agent-load3.pem")
        self.assertEqual(self.read_key(), before)
        self.assertIn("not for other.test", self.certs("own", "other.test", "load4")[1])

    def test_refuses_what_is_no_name(self):
        for arguments in (("own", "a"), ("own", "a b", "load1"), ("own", "a", "load1;id"),
                          ("own", "a", "$(id)"), ("own", "a", "load1\nDNS:evil")):
            status, _ = self.certs(*arguments)
            self.assertEqual(status, 1, arguments)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "own")))


class TargetTest(RunTest):
    """An agent must never become a weapon: it goes where its own configuration says, and no further."""

    def test_redirects_are_not_followed(self):
        with PythonEngine() as engine, PythonEngine() as elsewhere, Agent() as agent:
            elsewhere.answer_chat()
            engine.answer("POST", CHAT, status=307, body="gone", content_type=(
                f"text/plain\r\nLocation: {elsewhere.url}"))
            run = self.run_controller(scenario(engine.url, 4, 2) + NO_PREFLIGHT, "--agents",
                                      agent.address)
            self.assertEqual(self.only_case(run)["requests"]["errors"], {"error_http": 4}, run.describe())
            self.assertEqual(run.status, 1, run.describe())
            stopped = self.run_controller(scenario(engine.url, 4, 2), "--agents", agent.address,
                                          out="stopped")
            self.assertEqual(stopped.status, 2, stopped.describe())
        self.assertEqual(len([seen for seen in engine.seen if seen[0] == "POST"]), 5)
        self.assertEqual(elsewhere.seen, [])

    def test_proxies_of_the_environment_are_ignored(self):
        with PythonEngine() as engine, PythonEngine() as proxy:
            engine.answer_chat()
            for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY",
                         "ALL_PROXY", "grpc_proxy"):
                os.environ[name] = proxy.base
                self.addCleanup(os.environ.pop, name, None)
            with Agent() as agent:
                run = self.run_controller(scenario(engine.url, 4, 2), "--agents", agent.address)
                self.assertEqual(self.only_case(run)["requests"]["ok"], 4, run.describe())
        self.assertEqual(proxy.seen, [])

    def test_what_the_agent_forbids_stops_the_run(self):
        with Agent("--allow-target", "any") as agent:
            for host in ("169.254.169.254", "0xa9fea9fe", "[::ffff:169.254.169.254]", "0.0.0.0"):
                run = self.run_controller(scenario(f"'http://{host}/v1/chat/completions'", 1, 1),
                                          "--agents", agent.address)
                self.assertEqual(run.status, 2, run.describe())
                self.assertIn("never sends anything", run.stderr)
        with Agent() as agent:
            run = self.run_controller(scenario("http://203.0.113.1/v1/chat/completions", 1, 1),
                                      "--agents", agent.address)
            self.assertEqual(run.status, 2, run.describe())
            self.assertIn("--allow-target 203.0.113.1", run.stderr)


if __name__ == "__main__":
    unittest.main()
