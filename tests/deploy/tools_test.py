#!/usr/bin/env python3
"""What other people's tools say of deploy/: shellcheck of its scripts, Kubernetes' own types of its
manifests, lintian of the packages. Each is skipped where its tool is missing."""

import os
import shutil
import subprocess
import tempfile
import unittest

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
DEPLOY = os.path.join(ROOT, "deploy")
PACKAGES = os.environ.get("MONSOON_PACKAGES", os.path.join(ROOT, "build", "packages"))
STRICT = os.path.join(ROOT, "tests", "deploy", "kubestrict")


def scripts():
    for folder, _, names in os.walk(DEPLOY):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                if file.read(20).startswith((b"#!/bin/sh", b"#!/usr/bin/env bash")):
                    yield path


def needs(*programs):
    missing = [program for program in programs if not shutil.which(program)]
    return unittest.skipIf(missing, f"{', '.join(missing)} is missing")


class ToolsTest(unittest.TestCase):
    def check(self, *command, stdin="", cwd=None, timeout_s=300):
        done = subprocess.run(command, input=stdin, capture_output=True, text=True,
                              timeout=timeout_s, check=False, cwd=cwd)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    @needs("shellcheck")
    def test_shellcheck(self):
        found = sorted(scripts())
        self.assertGreater(len(found), 5)
        self.check("shellcheck", "--external-sources", *found)
        self.check("shellcheck", os.path.join(ROOT, "tests", "deploy", "rootfs.sh"))

    @needs("kubectl", "go")
    def test_kubernetes_types(self):
        with tempfile.TemporaryDirectory() as scratch:
            binary = os.path.join(scratch, "kubestrict")
            built = subprocess.run(["go", "build", "-o", binary, "."], cwd=STRICT, text=True,
                                   capture_output=True, timeout=600, check=False)
            if built.returncode != 0:
                self.skipTest("Kubernetes' modules cannot be had: " + built.stderr.strip()[-200:])
            text = self.check("kubectl", "kustomize", os.path.join(DEPLOY, "kubernetes"))
            self.assertIn("2 pods restricted", self.check(binary, stdin=text))
            for good, bad in (("readinessProbe", "readynessProbe"), ("replicas: 4", "replicas: four"),
                              ("allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true")):
                broken = subprocess.run([binary], input=text.replace(good, bad), text=True,
                                        capture_output=True, timeout=60, check=False)
                self.assertEqual(broken.returncode, 1, f"{bad}: {broken.stdout}")

    @needs("docker-compose")
    def test_compose_schema(self):
        self.check("docker-compose", "--file", os.path.join(DEPLOY, "compose.yaml"), "config", "--quiet")

    @needs("lintian")
    def test_lintian(self):
        packages = [os.path.join(PACKAGES, name) for name in sorted(os.listdir(PACKAGES))
                    if name.endswith(".deb")] if os.path.isdir(PACKAGES) else []
        if not packages:
            self.skipTest("there are no packages; ./dev package makes them")
        self.check("lintian", "--fail-on", "error", "--allow-root", *packages)


if __name__ == "__main__":
    unittest.main()
