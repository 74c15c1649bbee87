"""A Debian that is booted for a test: systemd-nspawn over a tree of rootfs.sh, with a network of its own
(loopback alone) and every change in memory, so that the tree stays as it was.

    with Booted(tree, packages_dir) as machine:
        machine.run("systemctl", "start", "monsoon-agent")

Needs root. why_not() says what is missing. Standard library only.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time

BOOT_TIMEOUT_S = 60


def why_not(tree, packages):
    if os.geteuid() != 0:
        return "booting a container takes root"
    for program, package in (("systemd-nspawn", "systemd-container"), ("nsenter", "util-linux")):
        if not shutil.which(program):
            return f"{program} is missing (package {package})"
    if not os.path.exists(tree + ".made"):
        return f"there is no Debian to boot in {tree} (tests/deploy/rootfs.sh makes it)"
    if not any(name.endswith(".deb") for name in os.listdir(packages)):
        return f"there are no packages in {packages} (./dev package makes them)"
    return None


class Booted:
    def __init__(self, tree, packages):
        self.tree = tree
        self.packages = packages
        self.process = None
        self.init = None

    def __enter__(self):
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            ["systemd-nspawn", "-D", self.tree, "--boot", "--register=no", "--keep-unit",
             "--private-network", "--volatile=overlay", "--console=pipe", "--hostname=host",
             f"--machine=monsoon-{os.getpid()}", f"--bind-ro={self.packages}:/packages",
             "--kill-signal=SIGRTMIN+3"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        try:
            self._await_boot()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def _await_boot(self):
        state = "no answer"
        deadline = time.monotonic() + BOOT_TIMEOUT_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            self.init = self._find_init()
            if self.init:
                state = self.run("systemctl", "is-system-running", check=False).stdout.strip()
                if state in ("running", "degraded"):
                    return
            time.sleep(0.2)
        self.log.seek(0)
        raise RuntimeError(f"the container did not boot ({state}):\n"
                           + self.log.read().decode(errors="replace")[-4000:])

    def _find_init(self):
        """The process that is pid 1 in there: the child of nspawn."""
        path = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        with open(path, encoding="ascii") as file:
            children = file.read().split()
        return int(children[0]) if children else None

    def command(self, *arguments):
        # Nothing of this session's environment: sbatch would pass it on to its jobs.
        return ["env", "-i", f"PATH={os.defpath}:/usr/sbin:/sbin", "HOME=/root", "nsenter", "-t",
                str(self.init), "-m", "-u", "-i", "-n", "-p", "-C", *(str(a) for a in arguments)]

    def run(self, *arguments, check=True, timeout_s=60, stdin=""):
        done = subprocess.run(self.command(*arguments), input=stdin, capture_output=True, text=True,
                              timeout=timeout_s, check=False)
        if check and done.returncode != 0:
            raise AssertionError(f"{' '.join(map(str, arguments))}: status {done.returncode}\n"
                                 f"{done.stdout}{done.stderr}")
        return done

    def popen(self, *arguments):
        return subprocess.Popen(self.command(*arguments), stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def write(self, path, text, mode="644"):
        self.run("sh", "-c", 'mkdir -p "$(dirname "$1")" && cat >"$1" && chmod "$2" "$1"', "sh",
                 path, mode, stdin=text)

    def show(self, unit, key):
        return self.run("systemctl", "show", "--property", key, "--value", unit).stdout.strip()

    def close(self):
        if self.process.poll() is None:
            if self.init:
                self.run("systemctl", "poweroff", check=False)
            else:
                self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)
        self.log.close()
