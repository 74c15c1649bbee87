#!/usr/bin/env python3
"""deploy/slurm/monsoon.sbatch under a real Slurm: four nodes that are four slurmds of one booted
Debian. Skipped with the reason where nothing can be booted."""

import json
import os
import time
import unittest

import booted
from systemd_test import PACKAGES, ROOT, SCENARIO, TREE, wait_for


def why_not():
    reason = booted.why_not(TREE, PACKAGES)
    if not reason and not os.path.exists(os.path.join(TREE, "usr", "sbin", "slurmctld")):
        reason = f"{TREE} has no Slurm (tests/deploy/rootfs.sh makes one that has)"
    return reason


REASON = why_not()
NODES = 4
# An address that is no loopback: Slurm looks names up with AI_ADDRCONFIG, which wants one.
ADDRESS = "192.0.2.10"
CONF = f"""ClusterName=test
SlurmctldHost=host({ADDRESS})
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
AuthType=auth/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation=/var/spool/slurmctld
SlurmdSpoolDir=/var/spool/slurmd.%n
SlurmdPidFile=/run/slurmd.%n.pid
SlurmdLogFile=/var/log/slurmd.%n.log
SlurmctldPidFile=/run/slurmctld.pid
SlurmctldLogFile=/var/log/slurmctld.log
ReturnToService=2
KillWait=60
NodeName=n[0-{NODES - 1}] NodeHostname=host NodeAddr={ADDRESS} Port=[17001-{17000 + NODES}] CPUs=1 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


@unittest.skipIf(REASON, REASON)
class RealSlurmTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.machine = machine = cls.enterClassContext(booted.Booted(TREE, PACKAGES))
        machine.run("sh", "-c", "dpkg -i /packages/*.deb")
        machine.run("hostname", "host")
        machine.run("ip", "addr", "add", f"{ADDRESS}/32", "dev", "lo")
        machine.write("/etc/hosts", "127.0.0.1 localhost\n" + f"{ADDRESS} host " + " ".join(
            f"n{i}" for i in range(NODES)) + "\n")
        machine.write("/etc/slurm/slurm.conf", CONF)
        machine.run("sh", "-c", "mkdir -p /var/spool/slurmctld; for i in 0 1 2 3; do "
                    "mkdir -p /var/spool/slurmd.n$i; done; systemctl restart munge")
        machine.run("slurmctld")
        for i in range(NODES):
            machine.run("slurmd", "-N", f"n{i}")
        wait_for(lambda: machine.run("sinfo", "-h", "-t", "idle", "-o", "%D", check=False)
                 .stdout.strip() == str(NODES), 30, "idle nodes")
        with open(os.path.join(ROOT, "deploy", "slurm", "monsoon.sbatch"), encoding="utf-8") as file:
            machine.write("/srv/job/monsoon.sbatch", file.read())
        machine.write("/srv/job/questions.jsonl", "".join(
            json.dumps({"question": f"question {i}"}) + "\n" for i in range(50)))
        cls.engine = machine.popen("/usr/lib/monsoon/mock_engine", "--listen", "127.0.0.1:8000",
                                   "--ttft", "20ms", "--itl", "5ms", "--tokens", "20")
        cls.addClassCleanup(cls.end_engine)

    @classmethod
    def end_engine(cls):
        cls.machine.run("pkill", "-TERM", "mock_engine", check=False)
        cls.engine.wait(10)
        cls.engine.stdout.close()

    def submit(self, name, requests):
        self.machine.write(f"/srv/job/{name}.yaml", SCENARIO.format(requests=requests))
        return self.machine.run(
            "sh", "-c", f"cd /srv/job && sbatch --parsable --nodes={NODES} --output={name}.out "
            f"monsoon.sbatch {name}.yaml").stdout.strip()

    def finish(self, job, name, timeout_s=120):
        wait_for(lambda: not self.machine.run("squeue", "-h", "-j", job, check=False).stdout.strip(),
                 timeout_s, f"the end of the job; it said {self.said(name)}")
        time.sleep(0.5)
        return self.said(name)

    def said(self, name):
        return self.machine.run("cat", f"/srv/job/{name}.out", check=False).stdout

    def case(self, job):
        report = self.machine.run("cat", f"/srv/job/runs/slurm-{job}/report.json").stdout
        return json.loads(report)["cases"][0]

    def test_a_run(self):
        job = self.submit("whole", 200)
        said = self.finish(job, "whole")
        self.assertIn("3 agents are ready", said)
        self.assertIn("the run ended with status 0", said)
        self.assertEqual(self.case(job)["requests"]["ok"], 200, said)
        self.assertEqual(len(self.case(job)["agents"]), NODES - 1)
        self.assertEqual(self.machine.run("sh", "-c", "ls -A /srv/job | grep monsoon-$1 || true", "sh",
                                          job).stdout, "")

    def test_scancel_ends_in_order(self):
        job = self.submit("cancelled", 100000)
        wait_for(lambda: "agents are ready" in self.said("cancelled"), 60, "agents")
        time.sleep(3)
        self.machine.run("scancel", "--batch", "--signal=TERM", job)
        said = self.finish(job, "cancelled")
        case = self.case(job)
        self.assertEqual(case["verdict"], "INCOMPLETE", said)
        self.assertGreater(case["requests"]["ok"], 0, said)
        self.assertEqual(self.machine.run("pgrep", "-c", "-x", "agent", check=False).stdout, "0\n")


if __name__ == "__main__":
    unittest.main(verbosity=2)
