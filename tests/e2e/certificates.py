"""Certificates for tests of mutual TLS: what deploy/certs.sh makes, and some that are wrong on
purpose."""

import datetime
import os
import shutil
import subprocess

import harness

CONTROLLER = "controller.test.monsoon"


def _run(*command, cwd=None):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=cwd)
    if done.returncode != 0:
        raise harness.HarnessError(f"{' '.join(command)} ended with status {done.returncode}:\n"
                                   f"{done.stdout}{done.stderr}")
    return done.stdout


class Certificates:
    """A folder of deploy/certs.sh: an authority, a controller and an agent on loopback."""

    def __init__(self, folder, controller=CONTROLLER, agents=("127.0.0.1=localhost",)):
        self.folder = folder
        _run(os.path.join(harness.ROOT, "deploy", "certs.sh"), folder, controller, *agents)
        self.controller = controller

    def path(self, name):
        return os.path.join(self.folder, name)

    def agent_flags(self, name="agent-127.0.0.1", allow=None):
        return ["--tls-cert", self.path(name + ".pem"), "--tls-key", self.path(name + ".key"),
                "--tls-ca", self.path("ca.pem"), "--allow-controller", allow or self.controller]

    def controller_flags(self, name="controller"):
        return ["--agent-ca", self.path("ca.pem"), "--agent-cert", self.path(name + ".pem"),
                "--agent-key", self.path(name + ".key")]

    def short_lived(self, name, san, starts_s, ends_s):
        """Another certificate of the same authority, NAME.pem and NAME.key, valid between these
        moments, in seconds from now."""
        now = datetime.datetime.now(datetime.timezone.utc)
        stamps = [(now + datetime.timedelta(seconds=s)).strftime("%Y%m%d%H%M%SZ")
                  for s in (starts_s, ends_s)]
        scratch = self.path("scratch-" + name)
        os.mkdir(scratch)
        with open(os.path.join(scratch, "config"), "w", encoding="ascii") as config:
            config.write("[ca]\ndefault_ca = own\n[own]\ndatabase = index\nnew_certs_dir = .\n"
                         "default_md = sha256\npolicy = any\nrand_serial = yes\n"
                         "x509_extensions = names\n[any]\ncommonName = supplied\n"
                         f"[names]\nsubjectAltName = {san}\n")
        open(os.path.join(scratch, "index"), "w", encoding="ascii").close()
        _run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
             "-subj", "/CN=monsoon", "-keyout", self.path(name + ".key"), "-out", "request",
             cwd=scratch)
        _run("openssl", "ca", "-batch", "-config", "config", "-in", "request", "-notext",
             "-cert", self.path("ca.pem"), "-keyfile", self.path("ca.key"),
             "-startdate", stamps[0], "-enddate", stamps[1], "-out", self.path(name + ".pem"),
             cwd=scratch)
        shutil.rmtree(scratch)
