#!/usr/bin/env python3
"""deploy/ssh/fleet.sh against real sshds, each on a "host" that is a network namespace with a home
folder of its own: install, start, status, a run through the tunnels, a run over TLS, stop, remove."""

import os
import pwd
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "e2e"))

import harness  # noqa: E402
import netns  # noqa: E402
from run_case import RunTest, scenario  # noqa: E402

FLEET = os.path.join(harness.ROOT, "deploy", "ssh", "fleet.sh")
CERTS = os.path.join(harness.ROOT, "deploy", "certs.sh")
SSHD = "/usr/sbin/sshd"
HOSTS = ("load0", "load1", "load2", "load3")


def why_not():
    if not os.access(SSHD, os.X_OK):
        return "sshd is missing (package openssh-server)"
    return netns.why_not()


REASON = why_not()


@unittest.skipIf(REASON, REASON)
class FleetTest(RunTest):
    def setUp(self):
        super().setUp()
        os.chmod(self.folder, 0o755)  # sshd wants no loose folders above its files
        self.hosts = self.enterContext(netns.Hosts("desk", *HOSTS))
        self.bin = os.path.join(self.folder, "bin")
        os.mkdir(self.bin)
        self._keygen("client")
        shutil.copy(self.path("client.pub"), self.path("authorized_keys"))
        for host in HOSTS:
            self._start_sshd(host)
        self._ssh_program()

    def path(self, name):
        return os.path.join(self.folder, name)

    def _keygen(self, name):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.path(name)],
                       check=True, timeout=30)

    def _start_sshd(self, host):
        home = self.path(f"home-{host}")
        os.mkdir(home)
        self._keygen(f"hostkey-{host}")
        # One machine has one home folder for one user; this gives every host its own.
        config = self.write(f"sshd-{host}.conf", f"""
ListenAddress {self.hosts.address(host)}:22
HostKey {self.path("hostkey-" + host)}
PidFile none
AuthorizedKeysFile {self.path("authorized_keys")}
PasswordAuthentication no
PermitRootLogin prohibit-password
UsePAM no
StrictModes no
AllowTcpForwarding local
ForceCommand env HOME={home} MONSOON_HOST={host} sh -c 'cd "$HOME" && eval "$SSH_ORIGINAL_COMMAND"'
""")
        os.makedirs("/run/sshd", exist_ok=True)  # sshd's own, fixed at its build
        log = self.enterContext(open(self.path(f"sshd-{host}.log"), "wb"))
        process = subprocess.Popen(self.hosts.command(host, SSHD, "-D", "-e", "-f", config),
                                   stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.addCleanup(process.wait, 10)
        self.addCleanup(process.terminate)

    def _ssh_program(self):
        """The user's ssh, with a configuration that knows the hosts."""
        user = pwd.getpwuid(os.geteuid()).pw_name
        lines = [f"Host *\n  User {user}\n  IdentityFile {self.path('client')}\n"
                 f"  StrictHostKeyChecking no\n  UserKnownHostsFile {self.path('known_hosts')}\n"
                 "  LogLevel ERROR\n"]
        lines += [f"Host {host}\n  HostName {self.hosts.address(host)}\n" for host in HOSTS]
        config = self.write("ssh.conf", "".join(lines))
        ssh = self.write("bin/ssh", f'#!/bin/sh\nexec {shutil.which("ssh")} -F {config} "$@"\n')
        os.chmod(ssh, 0o755)

    def on_desk(self, *command, check=True, timeout_s=120):
        # A folder without any place for sockets of a session of this machine's own.
        env = {key: value for key, value in os.environ.items() if key != "XDG_RUNTIME_DIR"}
        env |= {"PATH": f"{self.bin}:{os.environ['PATH']}", "TMPDIR": self.folder}
        with open(self.path("desk.out"), "w+b") as out:
            # Into a file: an ssh that stays in the background would hold a pipe open.
            status = subprocess.run(self.hosts.command("desk", *command), stdin=subprocess.DEVNULL,
                                    stdout=out, stderr=out, timeout=timeout_s, check=False,
                                    env=env, cwd=self.folder).returncode
            out.seek(0)
            text = out.read().decode()
        if check:
            self.assertEqual(status, 0, text)
        return status, text

    def fleet(self, *arguments, check=True):
        return self.on_desk(FLEET, "--agent", harness.program("agent"), *arguments, check=check)

    def engine(self):
        """On the first load host: engines of this test need no host of their own."""
        engine = harness.MockEngine("--insecure-listen", "--ttft", "20ms", "--itl", "5ms", "--tokens",
                                    "16")
        host, hosts = HOSTS[0], self.hosts
        engine._command = lambda: hosts.command(
            host, harness.program("mock_engine"), "--listen", f"{hosts.address(host)}:8000",
            "--port-file", engine.path("port.txt"), *engine.flags)
        return engine

    def check_run(self, *arguments):
        with self.engine() as mock:
            path = self.write("scenario.yaml", scenario(
                f"http://{self.hosts.address(HOSTS[0])}:8000/v1/chat/completions", 200, 32))
            run_dir = self.path("run")
            status, text = self.on_desk(harness.program("controller"), "run", path, "--out", run_dir,
                                        *arguments)
        run = harness.Run(status, text, "", run_dir)
        self.addCleanup(run.db.close)
        case = self.only_case(run)
        self.assertEqual(case["requests"]["ok"], 200, text)
        self.assert_ids_match(run, mock)
        self.assertEqual(run.db.execute(
            "SELECT COUNT(DISTINCT agent) FROM requests").fetchone()[0], len(HOSTS))

    def wait_for_sshd(self):
        for host in HOSTS:
            harness.wait_for(
                lambda: self.on_desk("ssh", host, "true", check=False)[0] == 0, 20, f"sshd of {host}")

    def test_from_nothing_to_nothing_by_tunnels(self):
        self.wait_for_sshd()
        _, text = self.fleet("install", *HOSTS)
        self.assertEqual(text.count("installed monsoon agent"), 4, text)
        status, text = self.fleet("status", *HOSTS, check=False)
        self.assertEqual((status, text.count("does not run")), (1, 4), text)
        _, text = self.fleet("start", *HOSTS, "--", "--threads", "1")
        self.assertEqual(text.count("serves"), 4, text)
        _, text = self.fleet("start", HOSTS[0])
        self.assertIn("runs already", text)
        _, text = self.fleet("status", *HOSTS)
        self.assertEqual(text.count("serves"), 4, text)
        _, addresses = self.fleet("tunnel", *HOSTS)
        self.assertRegex(addresses, r"^127\.0\.0\.1:7080(,127\.0\.0\.1:708\d){3}\n$")
        self.check_run("--agents", addresses.strip())
        _, text = self.fleet("stop", *HOSTS)
        self.assertEqual(text.count("stopped"), 4, text)
        self.fleet("remove", *HOSTS)
        for host in HOSTS:
            self.assertEqual(os.listdir(self.path(f"home-{host}")), [])

    def test_over_tls(self):
        self.wait_for_sshd()
        tls = self.path("tls")
        # Names of ssh are not names of the network; the certificates have both.
        subprocess.run([CERTS, tls, "desk.test",
                        *(f"{host}={self.hosts.address(host)}" for host in HOSTS)],
                       check=True, capture_output=True, timeout=60)
        options = ("--tls", tls, "--controller", "desk.test")
        self.fleet(*options, "install", *HOSTS)
        self.fleet(*options, "start", *HOSTS)
        self.check_run("--agents", ",".join(f"{self.hosts.address(h)}:7070" for h in HOSTS),
                       "--agent-ca", f"{tls}/ca.pem", "--agent-cert", f"{tls}/controller.pem",
                       "--agent-key", f"{tls}/controller.key")
        self.fleet("remove", *HOSTS)

    def test_says_what_is_wrong(self):
        self.wait_for_sshd()
        status, text = self.fleet("start", *HOSTS[:2], check=False)
        self.assertEqual(status, 1)
        self.assertEqual(text.count("cannot cd") + text.count("can't cd"), 2, text)
        self.fleet("install", HOSTS[0])
        status, text = self.fleet("start", HOSTS[0], "--", "--no-such-flag", check=False)
        self.assertEqual(status, 1)
        self.assertIn("--no-such-flag", text)
        status, text = self.on_desk(FLEET, "--agent", "/bin/false", "install", HOSTS[0], check=False)
        self.assertEqual(status, 1)
        self.assertIn("does not start here", text)
        # What is not the agent's is not deleted with it, whatever --dir named.
        home = self.path(f"home-{HOSTS[0]}")
        os.rename(os.path.join(home, ".monsoon"), os.path.join(home, "shared"))
        self.write(f"home-{HOSTS[0]}/shared/thesis.tex", "years of work")
        status, text = self.fleet("--dir", "shared", "remove", HOSTS[0], check=False)
        self.assertEqual(status, 1, text)
        self.assertEqual(os.listdir(os.path.join(home, "shared")), ["thesis.tex"])


if __name__ == "__main__":
    unittest.main()
