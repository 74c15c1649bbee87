#!/usr/bin/env python3
"""deploy/kubernetes holds together, and the check that says so can say the opposite."""

import os
import shutil
import subprocess
import tempfile
import unittest

import manifests
import program_help

KUBERNETES = os.path.join(program_help.ROOT, "deploy", "kubernetes")

# (file, what is there, what a careless hand makes of it, what the check must say)
BROKEN = (
    ("agents.yaml", "clusterIP: None", "clusterIP: 10.0.0.1", "not headless"),
    ("agents.yaml", "publishNotReadyAddresses: false", "publishNotReadyAddresses: true",
     "not ready"),
    ("agents.yaml", "matchLabels: {app.kubernetes.io/name: monsoon-agent}\n  template",
     "matchLabels: {app.kubernetes.io/name: agent}\n  template", "does not match its pods"),
    ("agents.yaml", "selector: {app.kubernetes.io/name: monsoon-agent}",
     "selector: {app: monsoon-agent}", "Service monsoon-agents selects no pod"),
    ("agents.yaml", "serviceName: monsoon-agents", "serviceName: agents", "not headless"),
    ("agents.yaml", "targetPort: control", "targetPort: grpc", "has no port grpc"),
    ("agents.yaml", "runAsNonRoot: true", "runAsNonRoot: false", "may run as root"),
    ("agents.yaml", "seccompProfile: {type: RuntimeDefault}", "seccompProfile: {type: Unconfined}",
     "seccomp"),
    ("agents.yaml", "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true",
     "allowPrivilegeEscalation"),
    ("agents.yaml", "capabilities: {drop: [ALL]}", "capabilities: {drop: [ALL], add: [NET_RAW]}",
     "privileges"),
    ("agents.yaml", "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false", "read-only"),
    ("agents.yaml", "automountServiceAccountToken: false", "automountServiceAccountToken: true",
     "token"),
    ("agents.yaml", "enableServiceLinks: false", "hostNetwork: true", "hostNetwork"),
    ("agents.yaml", "emptyDir: {sizeLimit: 1536Mi}", "hostPath: {path: /var/spool}", "not allowed"),
    ("agents.yaml", 'limits: {cpu: "4"', 'limits: {cpu: "8"', "not Guaranteed"),
    ("agents.yaml", 'limits: {cpu: "4"', 'limits: {cpu: "3500m"', "whole number"),
    ("agents.yaml", "grpc: {port: 7071}", "grpc: {port: 7072}", "has no port 7072"),
    ("agents.yaml", "grpc: {port: 7071}", "grpc: {port: health}", "has no port health"),
    ("agents.yaml", "terminationGracePeriodSeconds: 75", "terminationGracePeriodSeconds: 60",
     "killed before"),
    ("agents.yaml", "--listen=0.0.0.0:7070", "--listen=0.0.0.0:7000", "--listen is not"),
    ("agents.yaml", "- --allow-controller=monsoon-controller", "- --insecure-listen",
     "lack --allow-controller"),
    ("agents.yaml", "--drain-timeout=45s\n", "--drain-timeout=45s\n            - --drain-time=4s\n",
     "no flag --drain-time"),
    ("agents.yaml", "{name: spool, mountPath", "{name: spools, mountPath", "no volume is called"),
    ("agents.yaml", "replicas: 4", "replicas: 3", "there are 3 agents"),
    ("agents.yaml", "replicas: 4", "replicas: 4\n  replicas: 4", "given twice"),
    ("agents.yaml", "apiVersion: policy/v1", "apiVersion: policy/v1beta1", "policy/v1beta1"),
    ("controller-job.yaml", "--agents=monsoon-agents:7070", "--agents=monsoon-agent:7070",
     "no Service and port"),
    ("controller-job.yaml", "--agents=monsoon-agents:7070", "--agents=monsoon-agents:7071",
     "no Service and port"),
    ("controller-job.yaml", "--agent-ca=", "--agents-ca=", "no flag --agents-ca"),
    ("controller-job.yaml", "values: [2]", "values: [2, 4]", "repeated"),
    ("controller-job.yaml", "restartPolicy: Never", "restartPolicy: OnFailure", "repeated"),
    ("controller-job.yaml", "claimName: monsoon-runs", "claimName: runs", "PersistentVolumeClaim"),
    ("controller-job.yaml", "configMap: {name: monsoon-scenario}", "configMap: {name: scenario}",
     "nothing makes"),
    ("network-policy.yaml", "{port: control, protocol: TCP}", "{port: 7075, protocol: TCP}",
     "has no port 7075"),
    ("network-policy.yaml", "matchLabels: {app.kubernetes.io/name: monsoon-controller}\n      ports",
     "matchLabels: {app.kubernetes.io/name: controller}\n      ports", "lets nobody in"),
    ("namespace.yaml", "enforce: restricted", "enforce: baseline", "does not enforce"),
    ("kustomization.yaml", "name: monsoon-agent,", "name: agent,", "image agent"),
    ("kustomization.yaml", "namespace: monsoon", "namespace: load", "is in namespace monsoon"),
    ("kustomization.yaml", "questions.jsonl", "prompts.jsonl", "does not exist"),
)


class ManifestsTest(unittest.TestCase):
    def test_hold_together(self):
        self.assertEqual(manifests.problems(KUBERNETES), [])

    def test_every_fault_is_found(self):
        for name, old, new, sentence in BROKEN:
            with self.subTest(f"{name}: {new}"), tempfile.TemporaryDirectory() as scratch:
                folder = os.path.join(scratch, "kubernetes")
                shutil.copytree(KUBERNETES, folder)
                path = os.path.join(folder, name)
                with open(path, encoding="utf-8") as file:
                    text = file.read()
                self.assertIn(old, text)
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text.replace(old, new, 1))
                try:
                    found = " ".join(manifests.problems(folder))
                except manifests.yaml.YAMLError as error:
                    found = str(error)
                self.assertIn(sentence, found)

    def test_the_scenario_is_one(self):
        done = subprocess.run([os.path.join(program_help.BIN, "controller"), "validate",
                               os.path.join(KUBERNETES, "scenario.yaml")],
                              capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_secrets_are_documented(self):
        """The Secrets are made by hand, so whoever follows docs/deployment.md must find their names."""
        with open(os.path.join(program_help.ROOT, "docs", "deployment.md"), encoding="utf-8") as file:
            text = file.read()
        for thing in manifests.Manifests(KUBERNETES).workloads:
            pod = manifests.template_of(thing)["spec"]
            for volume in pod["volumes"]:
                if "secret" in volume:
                    self.assertIn(volume["secret"]["secretName"], text)


if __name__ == "__main__":
    unittest.main()
