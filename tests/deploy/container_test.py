#!/usr/bin/env python3
"""The images of deploy/container: built from a Debian that tests/deploy/rootfs.sh made (no registry is
asked), then run as an orchestrator would: read-only, without capabilities, as a user without a name.
Skipped with the reason where images cannot be built. The store is a folder of the test's own.
"""

import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "e2e"))

import harness  # noqa: E402
import netns  # noqa: E402
from run_case import scenario  # noqa: E402

TREE = os.environ.get("MONSOON_ROOTFS", os.path.join(harness.ROOT, "build", "deploy", "rootfs"))
PACKAGES = os.path.join(harness.ROOT, "build", "packages")
# An image is a Debian with our programs; a megabyte of ours must not become a hundred by accident.
MOST_ADDED_BYTES = 40 << 20

# Where a machine may not raise limits or lacks systemd, podman's own defaults do not start anything.
CONTAINERS_CONF = """[containers]
default_ulimits = ["nofile=16384:16384", "nproc=4096:4096"]
netns = "host"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
"""


def why_not():
    if os.geteuid() != 0:
        return "building images without a service takes root"
    for program in ("buildah", "podman", "runc"):
        if not shutil.which(program):
            return f"{program} is missing (package {program})"
    if not os.path.exists(TREE + ".made"):
        return f"there is no Debian to build upon in {TREE} (tests/deploy/rootfs.sh makes it)"
    if not os.path.isdir(PACKAGES):
        return "there are no packages (./dev package makes them)"
    return None


REASON = why_not()


@unittest.skipIf(REASON, REASON)
class ContainerTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="monsoon-images-")
        cls.addClassCleanup(cls.clean_up)
        with open(os.path.join(cls.folder, "containers.conf"), "w", encoding="ascii") as file:
            file.write(CONTAINERS_CONF)
        with open(os.path.join(cls.folder, "policy.json"), "w", encoding="ascii") as file:
            json.dump({"default": [{"type": "insecureAcceptAnything"}]}, file)
        base = cls.tool("buildah", "from", "scratch").stdout.strip()
        cls.tool("buildah", "copy", "--quiet", base, TREE, "/")
        cls.tool("buildah", "commit", "--quiet", base, "localhost/base")
        cls.tool("buildah", "rm", base)
        cls.build("agent")
        cls.build("controller")

    @classmethod
    def clean_up(cls):
        cls.tool("podman", "rm", "--all", "--force", check=False)
        cls.tool("podman", "rmi", "--all", "--force", check=False)
        shutil.rmtree(cls.folder, ignore_errors=True)

    @classmethod
    def tool(cls, name, *arguments, check=True, timeout_s=600):
        done = subprocess.run(
            [name, *cls.store(), *arguments], capture_output=True, text=True, timeout=timeout_s,
            check=False, stdin=subprocess.DEVNULL, env=os.environ | {
                "CONTAINERS_CONF": os.path.join(cls.folder, "containers.conf"),
                "TMPDIR": cls.folder})
        if check and done.returncode != 0:
            raise AssertionError(f"{name} {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done

    @classmethod
    def store(cls):
        return ["--root", os.path.join(cls.folder, "store"), "--runroot",
                os.path.join(cls.folder, "run"), "--storage-driver", "vfs"]

    @classmethod
    def build(cls, target):
        cls.tool("buildah", "bud", "--isolation=chroot", "--format=docker", "--signature-policy",
                 os.path.join(cls.folder, "policy.json"), "--build-arg",
                 "BASE_BUILD=localhost/base", "--build-arg", "BASE_RUNTIME=localhost/base",
                 "--build-arg", "PREBUILT=yes", "--target", target, "-t", f"monsoon-{target}:0.1.0",
                 "-f", os.path.join(harness.ROOT, "deploy", "container", "Containerfile"),
                 harness.ROOT)

    def run_image(self, image, *arguments, options=(), check=True):
        return self.tool("podman", "run", "--read-only", "--cap-drop=all", "--tmpfs", "/tmp",
                         "--security-opt=no-new-privileges", *options, f"localhost/{image}:0.1.0",
                         *arguments, check=check)

    def size(self, image):
        return int(json.loads(self.tool("podman", "image", "inspect", image).stdout)[0]["Size"])

    def test_small_and_nobody(self):
        for image in ("monsoon-agent", "monsoon-controller"):
            config = json.loads(self.tool("podman", "image", "inspect",
                                          f"localhost/{image}:0.1.0").stdout)
            self.assertEqual(config[0]["Config"]["User"], "65532:65532")
            self.assertEqual(config[0]["Config"]["StopSignal"], "SIGTERM")
            added = self.size(f"localhost/{image}:0.1.0") - self.size("localhost/base")
            print(f"{image}: {added / 1e6:.1f} MB more than its base")
            self.assertLess(added, MOST_ADDED_BYTES, image)

    def test_what_the_programs_say(self):
        for image, program in (("monsoon-agent", "agent"), ("monsoon-controller", "controller")):
            done = self.run_image(image, "--version", options=["--rm"])
            self.assertTrue(done.stdout.startswith(f"monsoon {program} "), done.stdout)

    def test_refuses_the_network_without_tls(self):
        done = self.run_image("monsoon-agent", "--listen", f"0.0.0.0:{harness.unused_port()}",
                              options=["--rm"], check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("plain text", done.stderr)

    def test_carries_a_load_and_stops_in_order(self):
        port = harness.unused_port()
        results = os.path.join(self.folder, "results")
        os.makedirs(results, mode=0o777)
        os.chmod(results, 0o777)
        self.run_image("monsoon-agent", "--listen", f"127.0.0.1:{port}",
                       options=["--detach", "--name", "agent"])
        self.addCleanup(self.tool, "podman", "rm", "--force", "agent", check=False)
        harness.wait_for(lambda: self.tool("podman", "healthcheck", "run", "agent",
                                           check=False).returncode == 0, 20, "health")
        with open(os.path.join(results, "questions.jsonl"), "w", encoding="utf-8") as file:
            file.writelines(json.dumps({"question": f"question {i}"}) + "\n" for i in range(20))
        with harness.MockEngine("--ttft", "20ms", "--itl", "5ms", "--tokens", "16") as mock:
            with open(os.path.join(results, "scenario.yaml"), "w", encoding="utf-8") as file:
                file.write(scenario(mock.url, 100, 16))
            done = self.run_image("monsoon-controller", "run", "scenario.yaml", "--agents",
                                  f"127.0.0.1:{port}", "--out", "run",
                                  options=["--rm", "--volume", f"{results}:/monsoon"], check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        with open(os.path.join(results, "run", "report.json"), encoding="utf-8") as file:
            self.assertEqual(json.load(file)["cases"][0]["requests"]["ok"], 100)
        self.tool("podman", "stop", "--time", "60", "agent")
        state = json.loads(self.tool("podman", "inspect", "agent").stdout)[0]["State"]
        self.assertEqual(state["ExitCode"], 0, self.tool("podman", "logs", "agent").stderr)

    def test_compose(self):
        """The whole of compose.yaml, in a network namespace so that no rule of this machine's own
        firewall is touched."""
        for program in ("podman-compose", "/usr/lib/podman/netavark", "/usr/lib/podman/aardvark-dns"):
            if not shutil.which(program):
                self.skipTest(f"{os.path.basename(program)} is missing (package of the same name)")
        if netns.why_not():
            self.skipTest(netns.why_not())
        hosts = self.enterContext(netns.Hosts("compose"))
        results = os.path.join(self.folder, "compose-results")
        os.makedirs(results)
        os.chmod(results, 0o777)
        self._podman_of_this_store()
        compose = ["nsenter", f"--net=/run/netns/{hosts.namespace('compose')}", "podman-compose",
                   "-f", os.path.join(harness.ROOT, "deploy", "compose.yaml")]
        env = os.environ | {
            "PATH": os.path.join(self.folder, "bin") + ":" + os.environ["PATH"],
            "CONTAINERS_CONF": os.path.join(self.folder, "bridge.conf"), "RESULTS": results,
            "NOFILE": "16384", "LLM_API_KEY": "none"}

        def run(*arguments):
            done = subprocess.run([*compose, *arguments], capture_output=True, text=True,
                                  timeout=300, check=False, env=env, stdin=subprocess.DEVNULL)
            return done.stdout + done.stderr

        self.addCleanup(run, "down", "--volumes")
        output = run("up", "--no-build", "--detach")

        def reports():
            return glob.glob(os.path.join(results, "runs", "*", "report.json"))

        harness.wait_for(reports, 120, f"a report; compose said {output}")
        with open(reports()[0], encoding="utf-8") as file:
            case = json.load(file)["cases"][0]
        self.assertEqual(case["requests"]["ok"], case["requests"]["planned"], output)
        self.assertEqual(len(case["agents"]), 4)

    def _podman_of_this_store(self):
        """A `podman` for podman-compose, which knows neither stores nor this machine's limits."""
        os.makedirs(os.path.join(self.folder, "bin"))
        store = " ".join(self.store())
        path = os.path.join(self.folder, "bin", "podman")
        with open(path, "w", encoding="ascii") as file:
            file.write(f"""#!/bin/bash
if [ "$1" = run ]; then
  shift
  set -- run --ulimit nproc=4096:4096 "$@"
fi
exec {shutil.which("podman")} {store} "$@"
""")
        os.chmod(path, 0o755)
        with open(os.path.join(self.folder, "bridge.conf"), "w", encoding="ascii") as file:
            file.write(CONTAINERS_CONF.replace('netns = "host"\n', ""))


if __name__ == "__main__":
    unittest.main(verbosity=2)
