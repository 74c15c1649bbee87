"""Hosts that are network namespaces: each has its own interfaces, loopback and ports, and all are
joined by one bridge, which lies in a namespace too, so that nothing of the machine's own is touched.

    with Hosts("engine", "control", "load0") as hosts:
        subprocess.run(hosts.command("load0", "ip", "addr"))
        hosts.address("load0")

Needs root and CAP_SYS_ADMIN; why_not() says what is missing. Standard library only.
"""

import os
import shutil
import subprocess

TIMEOUT_S = 30


def ip(*arguments):
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, timeout=TIMEOUT_S,
                          check=False)
    if done.returncode != 0:
        raise RuntimeError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")


def why_not():
    """None where namespaces can be made, else the reason."""
    if os.geteuid() != 0:
        return "making network namespaces takes root"
    if not shutil.which("ip"):
        return "`ip` is missing (package iproute2)"
    name = f"monsoon-{os.getpid()}-try"
    try:
        ip("netns", "add", name)
    except RuntimeError as error:
        return f"network namespaces cannot be made here: {error}"
    try:
        ip("-n", name, "link", "add", "try0", "type", "veth", "peer", "name", "try1")
        ip("-n", name, "link", "add", "try2", "type", "bridge")
    except RuntimeError as error:
        return f"virtual links cannot be made here: {error}"
    finally:
        ip("netns", "delete", name)
    return None


class Hosts:
    # Addresses of private networks, which agents send load to. They exist in the namespaces alone.
    NETWORK = "10.66.0"

    def __init__(self, *names):
        self.names = names
        self.prefix = f"monsoon-{os.getpid()}-"
        self.made = []

    def __enter__(self):
        try:
            self._make("switch")
            ip("-n", self.namespace("switch"), "link", "add", "bridge", "type", "bridge")
            ip("-n", self.namespace("switch"), "link", "set", "bridge", "up")
            for name in self.names:
                self._make(name)
                self._plug(name)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """The links go with their namespaces."""
        while self.made:
            ip("netns", "delete", self.made.pop())

    def namespace(self, name):
        return self.prefix + name

    def address(self, name):
        return f"{self.NETWORK}.{self.names.index(name) + 1}"

    def command(self, name, *arguments):
        """The argument list that runs a program on that host. It becomes the program (no fork)."""
        return ["ip", "netns", "exec", self.namespace(name), *(str(a) for a in arguments)]

    def set_link(self, name, state):
        """"down" pulls the host's plug, "up" puts it back."""
        ip("-n", self.namespace("switch"), "link", "set", f"port{self.names.index(name)}", state)

    def _make(self, name):
        ip("netns", "add", self.namespace(name))
        self.made.append(self.namespace(name))
        ip("-n", self.namespace(name), "link", "set", "lo", "up")

    def _plug(self, name):
        port = f"port{self.names.index(name)}"
        switch, host = self.namespace("switch"), self.namespace(name)
        ip("-n", switch, "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", host)
        ip("-n", switch, "link", "set", port, "master", "bridge", "up")
        ip("-n", host, "addr", "add", f"{self.address(name)}/24", "dev", "eth0")
        ip("-n", host, "link", "set", "eth0", "up")
