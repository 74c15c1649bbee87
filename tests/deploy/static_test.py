#!/usr/bin/env python3
"""What is deployed says the same in all its places: units, images, compose file, scripts and
docs/deployment.md use flags that the programs have, and the two units differ only where they must."""

import os
import re
import shutil
import subprocess
import unittest

import program_help
from manifests import load, seconds

DEPLOY = os.path.join(program_help.ROOT, "deploy")
SYSTEMD = os.path.join(DEPLOY, "systemd")
UNITS = ("monsoon-agent.service", "monsoon-agent@.service")
# What `systemd-analyze security` calls 1.5 and less, in its own tenths.
MOST_EXPOSURE = 15


def read(*names):
    with open(os.path.join(DEPLOY, *names), encoding="utf-8") as file:
        return file.read()


def directives(unit):
    """[(key, value)] in their order, without comments."""
    return [tuple(line.split("=", 1)) for line in read("systemd", unit).splitlines()
            if line and line[0] not in "#["]


class UnitsTest(unittest.TestCase):
    def test_the_template_differs_where_it_must(self):
        one, many = (set(directives(unit)) for unit in UNITS)
        self.assertEqual({key for key, _ in one - many},
                         {"Description", "ExecStart", "StateDirectory"})
        self.assertEqual({key for key, _ in many - one},
                         {"Description", "ExecStart", "StateDirectory", "AssertPathExists"})
        for key, value in many - one:
            self.assertIn("%i", value, key)

    def test_what_the_agent_needs_is_left(self):
        for unit in UNITS:
            values = dict(directives(unit))
            self.assertEqual(values["Type"], "notify")
            self.assertTrue(values["StateDirectory"].startswith("monsoon"))
            self.assertEqual(values["LimitCORE"], "0")
            self.assertNotIn("CPUQuota", values)
            # /proc/sys and /proc/stat, and sched_setaffinity.
            self.assertNotIn("ProcSubset", values)
            self.assertNotIn("@resources", values["SystemCallFilter"])
            agent = program_help.flags_of("agent")
            self.assertEqual(program_help.unknown_flags(values["ExecStart"].split()[1:], agent), [])

    def test_a_drain_fits_into_the_stop(self):
        drain_s = seconds(re.search(r"--drain-timeout \S*=(\S+)", subprocess.run(
            [os.path.join(program_help.BIN, "agent"), "--help"], check=True, capture_output=True,
            text=True, timeout=60).stdout)[1])
        for unit in UNITS:
            self.assertGreaterEqual(seconds(dict(directives(unit))["TimeoutStopSec"]), drain_s + 20)

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is missing (systemd)")
    def test_exposure(self):
        for unit in UNITS:
            done = subprocess.run(
                ["systemd-analyze", "security", "--offline=true", "--no-pager",
                 f"--threshold={MOST_EXPOSURE}", os.path.join(SYSTEMD, unit)],
                capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class ConfigurationTest(unittest.TestCase):
    def test_the_package_installs_one_that_the_agent_takes(self):
        done = subprocess.run([os.path.join(program_help.BIN, "agent"), "--config",
                               os.path.join(DEPLOY, "agent.toml"), "--check-config"],
                              capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_it_explains_every_key(self):
        done = subprocess.run([os.path.join(program_help.BIN, "agent"), "--check-config"], check=True,
                              capture_output=True, text=True, timeout=60)
        key = re.compile(r"^#?([a-z-]+) = ", re.MULTILINE)
        self.assertEqual(set(key.findall(read("agent.toml"))), set(key.findall(done.stdout)))

    def test_it_listens_to_nobody_else_by_default(self):
        keys = dict(line.split(" = ", 1) for line in read("agent.toml").splitlines()
                    if line and line[0] != "#")
        self.assertEqual(keys, {"listen": '"127.0.0.1:7070"'})


class ImagesTest(unittest.TestCase):
    def test_flags_and_user(self):
        text = read("container", "Containerfile")
        agent = program_help.flags_of("agent")
        arrays = re.findall(r'\["/usr/bin/monsoon-agent"(.*?)\]', text)
        self.assertEqual(len(arrays), 2)
        for array in arrays:
            self.assertEqual(program_help.unknown_flags(re.findall(r'"(--[a-z-]+)"', array), agent), [])
        self.assertEqual(re.findall(r"^USER (\S+)$", text, re.MULTILINE)[-1], "65532:65532")


class ComposeTest(unittest.TestCase):
    def setUp(self):
        self.services = load(os.path.join(DEPLOY, "compose.yaml"))[0]["services"]

    def test_flags(self):
        for service, program, command in (("agent", "agent", ""), ("controller", "controller", "run"),
                                          ("mock-engine", "mock_engine", "")):
            self.assertEqual(program_help.unknown_flags(
                self.services[service]["command"], program_help.flags_of(program, command)), [])

    def test_names_and_numbers_fit(self):
        controller = self.services["controller"]["command"]
        name, port = controller[controller.index("--agents") + 1].split(":")
        self.assertIn(f"0.0.0.0:{port}", self.services[name]["command"])
        self.assertIn(f"expect_agents={self.services[name]['deploy']['replicas']}", controller)
        engine = self.services["controller"]["environment"]["ENGINE_URL"]
        host, port = re.search(r"http://([\w-]+):(\d+)", engine).groups()
        self.assertIn(f"0.0.0.0:{port}", self.services[host]["command"])

    def test_every_network_and_volume_is_declared(self):
        whole = load(os.path.join(DEPLOY, "compose.yaml"))[0]
        for name, service in self.services.items():
            self.assertLessEqual(set(service["networks"]), set(whole["networks"]), name)
            self.assertEqual(service["cap_drop"], ["ALL"], name)
            for dependency in service.get("depends_on", {}):
                self.assertIn(dependency, self.services)


class TextsTest(unittest.TestCase):
    def test_fleet_sh(self):
        body = re.search(r"^start_host\(\).*?^}", read("ssh", "fleet.sh"), re.MULTILINE | re.DOTALL)[0]
        used = program_help.FLAG.findall(body)
        self.assertIn("--listen", used)
        self.assertEqual(program_help.unknown_flags(used, program_help.flags_of("agent")), [])

    def test_slurm(self):
        text = read("slurm", "monsoon.sbatch")
        known = program_help.flags_of("agent") | program_help.flags_of("controller", "run")
        lines = [line for line in text.splitlines() if "_flags" in line or "exec " in line]
        used = program_help.FLAG.findall("\n".join(lines))
        self.assertIn("--allow-controller", program_help.FLAG.findall(text))
        self.assertEqual(program_help.unknown_flags(used, known), [])

    def test_documents(self):
        """Commands in code blocks; a line that ends with a backslash goes on."""
        checked = 0
        for name in ("deployment.md", "operations.md"):
            with open(os.path.join(program_help.ROOT, "docs", name), encoding="utf-8") as file:
                blocks = re.findall(r"^```\w*\n(.*?)^```", file.read(), re.MULTILINE | re.DOTALL)
            for line in "\n".join(blocks).replace("\\\n", " ").splitlines():
                # After an image's name come the program's flags, before it those of the engine.
                image = r":0\.1\.0" if ":0.1.0" in line else ""
                for program, command, pattern in (
                        ("agent", "", rf".*\b(?:monsoon-|build/bin/)agent{image}( --.*)"),
                        ("controller", "run", rf".*\b(?:monsoon-|bin/)controller{image} run( .*)"),
                        ("controller", "calibrate", r".*\bmonsoon-controller calibrate(.*)")):
                    match = re.search(pattern, line)
                    if match:
                        checked += 1
                        self.assertEqual(program_help.unknown_flags(
                            program_help.FLAG.findall(match[1]),
                            program_help.flags_of(program, command)), [], line)
        self.assertGreater(checked, 2)


if __name__ == "__main__":
    unittest.main()
