#!/usr/bin/env python3
"""The packages on a Debian that is really booted: installed, the unit started, loaded, drained, hung,
killed and removed. Skipped with the reason where nothing can be booted; `./dev test-deploy` makes the
tree (MONSOON_ROOTFS) and the packages (MONSOON_PACKAGES) and runs it.

The tests are steps of one story, in the order of their names.
"""

import json
import os
import re
import time
import unittest

import booted

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
TREE = os.environ.get("MONSOON_ROOTFS", os.path.join(ROOT, "build", "deploy", "rootfs"))
PACKAGES = os.environ.get("MONSOON_PACKAGES", os.path.join(ROOT, "build", "packages"))
REASON = booted.why_not(TREE, PACKAGES)

UNIT = "monsoon-agent.service"
CONFIG = "/etc/monsoon/agent.toml"
SCENARIO = """name: unit
model: mock
dataset: {{name: openqa, path: questions.jsonl}}
concurrency: 16
engine: {{type: vllm, url: "http://127.0.0.1:8000"}}
requests: {requests}
verdict: {{max_error: 10s, max_busy: 100%, max_starved: 100%}}
"""


def wait_for(condition, timeout_s, what):
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout_s} s in vain for {what}")
        time.sleep(0.1)


@unittest.skipIf(REASON, REASON)
class UnitTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.machine = cls.enterClassContext(booted.Booted(TREE, PACKAGES))
        cls.engine = None

    @classmethod
    def tearDownClass(cls):
        if cls.engine is not None:
            cls.machine.run("pkill", "-TERM", "mock_engine", check=False)
            cls.engine.wait(10)
            cls.engine.stdout.close()

    def active(self, unit=UNIT):
        return self.machine.run("systemctl", "is-active", unit, check=False).stdout.strip()

    def main_pid(self, unit=UNIT):
        pid = int(self.machine.show(unit, "MainPID"))
        self.assertGreater(pid, 1, self.journal())  # kill would take 0 for this test itself
        return pid

    def journal(self, unit=UNIT):
        return self.machine.run("journalctl", "-u", unit, "-o", "cat", "--no-pager").stdout

    def start_engine(self):
        cls = type(self)
        if cls.engine is None:
            cls.engine = self.machine.popen(
                "/usr/lib/monsoon/mock_engine", "--listen", "127.0.0.1:8000", "--ttft", "20ms",
                "--itl", "5ms", "--tokens", "20", "--log", "/root-truth.csv")
            wait_for(lambda: "8000" in self.machine.run("ss", "-ltn").stdout, 10, "the engine")

    def prepare_run(self, requests, out):
        self.start_engine()
        self.machine.write(f"/srv/{out}/questions.jsonl",
                           "".join(json.dumps({"question": f"question {i}"}) + "\n"
                                   for i in range(50)))
        self.machine.write(f"/srv/{out}/scenario.yaml", SCENARIO.format(requests=requests))
        return ["monsoon-controller", "run", f"/srv/{out}/scenario.yaml", "--out", f"/srv/{out}/run",
                "--agents", "127.0.0.1:7070"]

    def report(self, out):
        return json.loads(self.machine.run("cat", f"/srv/{out}/run/report.json").stdout)

    def threads_on(self, core):
        """Threads of the agent that may run on that core alone."""
        status = self.machine.run("sh", "-c", f"cat /proc/{self.main_pid()}/task/*/status").stdout
        return len(re.findall(rf"^Cpus_allowed_list:\s+{core}$", status, re.MULTILINE))

    def test_01_installing_enables_and_starts_nothing(self):
        machine = self.machine
        machine.run("sh", "-c", "dpkg -i /packages/monsoon-agent_*.deb /packages/monsoon-controller_*.deb")
        self.assertEqual(machine.run("systemctl", "is-enabled", UNIT, check=False).stdout.strip(),
                         "disabled")
        self.assertEqual(self.active(), "inactive")
        self.assertIn("monsoon agent", machine.run("monsoon-agent", "--version").stdout)
        self.assertIn("monsoon controller", machine.run("monsoon-controller", "--version").stdout)
        self.assertIn(CONFIG, machine.run("dpkg-query", "-W", "-f=${Conffiles}",
                                          "monsoon-agent").stdout)
        self.assertNotIn("monsoon", machine.run("cat", "/etc/passwd").stdout)

    def test_02_exposure_is_small(self):
        output = self.machine.run("systemd-analyze", "security", "--no-pager", "--threshold=15",
                                  UNIT).stdout
        print(output.strip().splitlines()[-1])
        self.machine.run("systemd-analyze", "verify", "--man=no",
                         "/usr/lib/systemd/system/" + UNIT)

    def test_03_starts_and_says_ready(self):
        # The threads are pinned, which the unit's system call filter must allow.
        self.machine.run("sh", "-c", f'printf "cores = \\"0\\"\\n" >>{CONFIG}')
        self.machine.run("systemctl", "enable", "--now", UNIT)
        self.assertEqual(self.active(), "active")
        self.assertEqual(self.machine.show(UNIT, "StatusErrno"), "0")
        self.assertNotEqual(self.machine.show(UNIT, "StatusText"), "")
        self.assertEqual(self.machine.run("monsoon-agent", "--health-check",
                                          "127.0.0.1:7070").stdout, "serving\n")
        status = self.machine.run("cat", f"/proc/{self.main_pid()}/status").stdout
        uid = int(re.search(r"^Uid:\s+(\d+)", status, re.MULTILINE)[1])
        self.assertGreaterEqual(uid, 61184, "a dynamic user")
        self.assertRegex(status, r"(?m)^CapBnd:\s+0+$")
        self.assertRegex(status, r"(?m)^NoNewPrivs:\s+1$")
        limits = self.machine.run("cat", f"/proc/{self.main_pid()}/limits").stdout
        self.assertRegex(limits, r"Max core file size\s+0\s+0")

    def test_04_carries_a_load(self):
        command = self.prepare_run(400, "load")
        run = self.machine.popen(*command)
        try:
            wait_for(lambda: self.threads_on(0) > 0 or run.poll() is not None, 30,
                     "a thread that is pinned")
            pinned = self.threads_on(0)
            files = self.machine.run("sh", "-c", f"ls -l /proc/{self.main_pid()}/fd").stdout
        finally:
            output = run.communicate(timeout=120)[0]
        self.assertEqual(run.returncode, 0, output)
        case = self.report("load")["cases"][0]
        self.assertEqual(case["requests"]["ok"], 400)
        self.assertEqual(case["verdict"], "VALID", case["reasons"])
        self.assertGreater(pinned, 0)
        # How long its threads wait for a core, which it must be able to read in its sandbox.
        self.assertIn("/schedstat", files)

    def test_05_drains_when_it_is_stopped(self):
        run = self.machine.popen(*self.prepare_run(100000, "drain"))
        wait_for(lambda: "/srv/drain" in self.journal() or self._log_grows(), 30, "requests")
        started = time.monotonic()
        self.machine.run("systemctl", "stop", UNIT, timeout_s=90)
        took_s = time.monotonic() - started
        output = run.communicate(timeout=60)[0]
        self.assertEqual(self.machine.show(UNIT, "Result"), "success", self.journal())
        self.assertLess(took_s, 40)
        self.assertEqual(run.returncode, 4, output)
        case = self.report("drain")["cases"][0]
        self.assertEqual(case["verdict"], "INCOMPLETE")
        requests = case["requests"]
        self.assertGreater(requests["ok"], 0)
        self.assertEqual(requests["planned"], sum(
            requests[key] for key in ("ok", "failed", "cancelled", "not_sent", "lost")))

    def _log_grows(self):
        size = self.machine.run("stat", "-c", "%s", "/root-truth.csv", check=False).stdout
        time.sleep(0.5)
        return size != self.machine.run("stat", "-c", "%s", "/root-truth.csv", check=False).stdout

    def test_06_a_hang_is_noticed_and_ended(self):
        self.machine.write(f"/etc/systemd/system/{UNIT}.d/patience.conf",
                           "[Service]\nWatchdogSec=3s\nTimeoutAbortSec=5s\n")
        self.machine.run("systemctl", "daemon-reload")
        self.machine.run("systemctl", "restart", UNIT)
        time.sleep(7)  # more than two patiences: it is petted
        self.assertEqual(self.machine.show(UNIT, "NRestarts"), "0", self.journal())
        hung = self.main_pid()
        self.machine.run("kill", "-STOP", hung)
        wait_for(lambda: self.machine.show(UNIT, "NRestarts") == "1", 30, "a restart")
        wait_for(lambda: self.active() == "active", 10, "the agent")
        self.assertNotEqual(self.main_pid(), hung)
        self.assertRegex(self.machine.run("journalctl", "-u", UNIT, "--no-pager").stdout, "[Ww]atchdog")

    def test_07_a_crash_is_followed_by_a_restart(self):
        self.machine.run("systemctl", "reset-failed", UNIT)
        before = int(self.machine.show(UNIT, "NRestarts"))
        self.machine.run("kill", "-SEGV", self.main_pid())
        wait_for(lambda: int(self.machine.show(UNIT, "NRestarts")) == before + 1, 20, "a restart")
        wait_for(lambda: self.active() == "active", 10, "the agent")
        self.machine.run("sh", "-c", "! ls /core* /var/lib/systemd/coredump/* 2>/dev/null")

    def test_08_mutual_tls_by_credentials(self):
        machine = self.machine
        machine.run("/usr/share/monsoon/certs.sh", "/srv/tls", "controller.test", "127.0.0.1")
        machine.run("sh", "-c", "cp /srv/tls/ca.pem /etc/monsoon/tls/ca.pem && "
                    "cp /srv/tls/agent-127.0.0.1.pem /etc/monsoon/tls/agent.pem && "
                    "cp /srv/tls/agent-127.0.0.1.key /etc/monsoon/tls/agent.key && "
                    "chmod 600 /etc/monsoon/tls/*")
        credentials = f"/run/credentials/{UNIT}"
        machine.write(CONFIG, f'''listen = "0.0.0.0:7070"
tls-cert = "{credentials}/tls_agent.pem"
tls-key = "{credentials}/tls_agent.key"
tls-ca = "{credentials}/tls_ca.pem"
allow-controller = ["controller.test"]
health-listen = "127.0.0.1:7071"
''')
        machine.run("systemctl", "restart", UNIT)
        machine.run("monsoon-agent", "--health-check", "127.0.0.1:7071")
        command = self.prepare_run(50, "tls")
        refused = machine.run(*command, check=False, timeout_s=60)
        self.assertEqual(refused.returncode, 2, refused.stdout + refused.stderr)
        machine.run(*command, "--agent-ca", "/srv/tls/ca.pem", "--agent-cert",
                    "/srv/tls/controller.pem", "--agent-key", "/srv/tls/controller.key")
        self.assertEqual(self.report("tls")["cases"][0]["requests"]["ok"], 50)

    def test_09_several_agents_by_the_template(self):
        for name, port in (("a", 7072), ("b", 7073)):
            self.machine.write(f"/etc/monsoon/agent@{name}.toml",
                               f'listen = "127.0.0.1:{port}"\nname = "{name}"\n')
            self.machine.run("systemctl", "start", f"monsoon-agent@{name}")
            self.machine.run("monsoon-agent", "--health-check", f"127.0.0.1:{port}")
        failed = self.machine.run("systemctl", "start", "monsoon-agent@c", check=False)
        self.assertNotEqual(failed.returncode, 0, "it has no configuration")

    def test_10_removing_stops_and_purging_forgets(self):
        machine = self.machine
        machine.run("dpkg", "--remove", "monsoon-controller", "monsoon-agent", timeout_s=120)
        for unit in (UNIT, "monsoon-agent@a.service", "monsoon-agent@b.service"):
            self.assertNotEqual(self.active(unit), "active")
        machine.run("test", "-e", CONFIG)
        machine.run("dpkg", "--purge", "monsoon-controller", "monsoon-agent")
        for path in (CONFIG, "/var/lib/private/monsoon", "/usr/lib/monsoon",
                     f"/etc/systemd/system/multi-user.target.wants/{UNIT}"):
            machine.run("sh", "-c", f"! test -e {path}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
