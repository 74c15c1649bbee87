"""Real processes for end-to-end tests: the mock engine, agents, and one run of the controller.

Standard library only. Every wait has a limit, every process is stopped by its own id, and every
file lies in a scratch folder that goes away with the test. The programs are taken from the folder
MONSOON_BIN (default: build/bin).

    with MockEngine("--ttft", "50ms") as mock, Agent() as agent:
        run = run_controller(scenario_text, "--agents", agent.address)
    run.status, run.report, run.requests(), mock.truth, mock.summary
"""

import atexit
import csv
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
import unittest

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
BIN = os.path.realpath(os.environ.get("MONSOON_BIN", os.path.join(ROOT, "build", "bin")))
GOLDEN = os.path.join(ROOT, "tests", "golden", "e2e")

START_TIMEOUT_S = 30
STOP_TIMEOUT_S = 30
RUN_TIMEOUT_S = 120

# Where agents spool that were not told where: not among the user's own files.
STATE_FOLDER = tempfile.mkdtemp(prefix="monsoon-state-")
atexit.register(shutil.rmtree, STATE_FOLDER, ignore_errors=True)
os.environ["XDG_STATE_HOME"] = STATE_FOLDER
os.environ.pop("STATE_DIRECTORY", None)


class HarnessError(AssertionError):
    """The test's own set-up did not work; the message says which process said what."""


def program(name):
    path = os.path.join(BIN, name)
    if not os.access(path, os.X_OK):
        raise HarnessError(f"{path} is missing: build it with ./dev build, or set MONSOON_BIN")
    return path


def wait_for(condition, timeout_s, what):
    """The first true value of `condition`; fails the test after `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise HarnessError(f"waited {timeout_s} s in vain for {what}")
        time.sleep(0.02)


def unused_port():
    """A loopback port that refuses connections. (Another program could take it; none here does.)"""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def established_connections(port):
    """TCP connections over IPv4 that programs of this machine hold open to a local `port`."""
    with open("/proc/net/tcp", encoding="ascii") as table:
        rows = [line.split() for line in table.readlines()[1:]]
    return sum(1 for row in rows if row[2].endswith(f":{port:04X}") and row[3] == "01")


class Daemon:
    """A program of ours that writes its port to a file once it is ready, and ends on SIGTERM."""

    def __init__(self, name, *flags):
        self.name = name
        self.flags = [str(flag) for flag in flags]
        self.scratch = None
        self.process = None
        self.port = None
        self.stdout = ""
        self.stderr = ""

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def __enter__(self):
        self.scratch = tempfile.mkdtemp(prefix=f"monsoon-{self.name}-")
        try:
            self._start()
        except BaseException:
            self.stop(expect_success=False)
            raise
        return self

    def __exit__(self, exception_type, exception, traceback):
        self.stop(expect_success=exception_type is None)

    def path(self, name):
        return os.path.join(self.scratch, name)

    def _start(self):
        command = self._command()
        with open(self.path("stdout"), "wb") as out, open(self.path("stderr"), "wb") as err:
            self.process = subprocess.Popen(command, stdout=out, stderr=err,
                                            stdin=subprocess.DEVNULL, cwd=self.scratch)
        self.port = wait_for(self._port_or_death, START_TIMEOUT_S, f"{self.name} to listen")

    def _command(self):
        return [program(self.name), "--listen", "127.0.0.1:0",
                "--port-file", self.path("port.txt"), *self.flags]

    def _port_or_death(self):
        if self.process.poll() is not None:
            raise HarnessError(f"{self.name} ended with status {self.process.returncode} at its "
                               f"start:\n{self._read('stderr')}")
        return int(self._read("port.txt").split()[0]) if os.path.exists(self.path("port.txt")) else 0

    def _read(self, name):
        with open(self.path(name), encoding="utf-8", errors="replace") as file:
            return file.read()

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self, expect_success=True):
        """SIGTERM, then what the process left behind is read. Safe to call twice."""
        if self.scratch is None:
            return
        status = self._end_process()
        self.stdout, self.stderr = (self._read(n) if os.path.exists(self.path(n)) else ""
                                    for n in ("stdout", "stderr"))
        self.collect()
        shutil.rmtree(self.scratch)
        self.scratch = None
        if expect_success and status != 0:
            raise HarnessError(f"{self.name} ended with status {status}:\n{self.stderr}")

    def _end_process(self):
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(STOP_TIMEOUT_S)
            return f"none: it ignored SIGTERM for {STOP_TIMEOUT_S} s and was killed"

    def collect(self):
        """For derived classes: the scratch folder still exists, the process does not."""


class MockEngine(Daemon):
    """build/bin/mock_engine. After the `with` block, `truth` holds the rows of its log (a list of
    dicts, numbers as int), without those of the preflight, which are in `preflight`; and `summary`
    the JSON object that it printed last."""

    def __init__(self, *flags):
        super().__init__("mock_engine", *flags)
        self.truth = []
        self.preflight = []
        self.summary = {}

    def _start(self):
        self.flags += ["--log", self.path("truth.csv")]
        super()._start()

    @property
    def url(self):
        return f"http://{self.address}/v1/chat/completions"

    def collect(self):
        if os.path.exists(self.path("truth.csv")):
            rows = read_truth(self.path("truth.csv"))
            self.truth = [row for row in rows if ".preflight." not in row["request_id"]]
            self.preflight = [row for row in rows if ".preflight." in row["request_id"]]
        lines = self.stdout.strip().splitlines()
        if lines and lines[-1].startswith("{"):
            self.summary = json.loads(lines[-1])


class Agent(Daemon):
    """build/bin/agent on a free loopback port."""

    def __init__(self, *flags):
        super().__init__("agent", *flags)


class FutureAgent(Daemon):
    """tests/tools/future_agent.cc: an agent of another protocol version. `answer`: how it says so,
    "refuse" or "welcome"."""

    def __init__(self, answer):
        super().__init__("future_agent")
        self.answer = answer

    def _command(self):
        tool = os.path.join(os.path.dirname(BIN), "tests", "tools", "future_agent")
        return [tool, "--" + self.answer, self.path("port.txt")]


def read_truth(path):
    text_columns = ("request_id", "outcome")
    with open(path, newline="", encoding="utf-8") as file:
        return [{key: value if key in text_columns else int(value) for key, value in row.items()}
                for row in csv.DictReader(file)]


class Run:
    """What one `controller run` did. `report` is None and `db` is None where it wrote none."""

    def __init__(self, status, stdout, stderr, run_dir):
        self.status = status
        self.stdout = stdout
        self.stderr = stderr
        self.run_dir = run_dir
        self.report = None
        self.db = None
        if os.path.exists(os.path.join(run_dir, "report.json")):
            with open(os.path.join(run_dir, "report.json"), encoding="utf-8") as file:
                self.report = json.load(file)
        if os.path.exists(os.path.join(run_dir, "run.db")):
            self.db = sqlite3.connect(os.path.join(run_dir, "run.db"), check_same_thread=False)
            self.db.row_factory = sqlite3.Row

    def requests(self, where="1"):
        return self.db.execute(f"SELECT * FROM requests WHERE {where}").fetchall()

    def describe(self):
        return (f"exit status {self.status}\n--- stdout\n{self.stdout}\n--- stderr\n{self.stderr}")


class ControllerRun:
    """`controller run` in the background: signal() it, then wait() for the Run."""

    def __init__(self, scenario, *arguments, folder, out):
        self.run_dir = os.path.join(folder, out)
        self.out = tempfile.TemporaryFile()
        self.err = tempfile.TemporaryFile()
        command = [program("controller"), "run", scenario, "--out", self.run_dir,
                   *(str(argument) for argument in arguments)]
        self.process = subprocess.Popen(command, stdout=self.out, stderr=self.err,
                                        stdin=subprocess.DEVNULL, cwd=folder)

    def signal(self, number=signal.SIGINT):
        self.process.send_signal(number)

    def wait(self, timeout_s=RUN_TIMEOUT_S):
        try:
            status = self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(STOP_TIMEOUT_S)
            raise HarnessError(f"the run did not end within {timeout_s} s:\n"
                               + self._text(self.err)) from None
        return Run(status, self._text(self.out), self._text(self.err), self.run_dir)

    @staticmethod
    def _text(file):
        file.seek(0)
        return file.read().decode("utf-8", errors="replace")


class EndToEndTest(unittest.TestCase):
    """A test with a scratch folder of its own and golden messages."""

    maxDiff = None

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="monsoon-e2e-")
        self.addCleanup(shutil.rmtree, self.folder)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def start_run(self, scenario, *arguments, out="run"):
        """`scenario`: the path of a file, or the text of one. `out` names the run's folder."""
        path = scenario if "\n" not in scenario else self.write("scenario.yaml", scenario)
        started = ControllerRun(path, *arguments, folder=self.folder, out=out)
        self.addCleanup(self._close, started)
        return started

    def run_controller(self, scenario, *arguments, timeout_s=RUN_TIMEOUT_S, out="run"):
        run = self.start_run(scenario, *arguments, out=out).wait(timeout_s)
        if run.db is not None:
            self.addCleanup(run.db.close)
        return run

    def controller(self, *arguments, stdin=None, environment=None):
        """Another command of the controller: (exit status, stdout, stderr)."""
        done = subprocess.run([program("controller"), *arguments], capture_output=True, text=True,
                              timeout=60, check=False, cwd=self.folder, input=stdin or "",
                              env=os.environ | (environment or {}))
        return done.returncode, done.stdout, done.stderr

    @staticmethod
    def _close(started):
        if started.process.poll() is None:
            started.process.kill()
            started.process.wait(STOP_TIMEOUT_S)
        started.out.close()
        started.err.close()

    def assert_golden(self, name, text, replacements=()):
        """`text`, with what differs from run to run replaced, equals tests/golden/e2e/NAME.

        MONSOON_UPDATE_GOLDEN=1 writes the file instead; read the difference before it is kept.
        """
        text = text.replace(os.path.realpath(self.folder), "FOLDER").replace(self.folder, "FOLDER")
        for pattern, replacement in replacements:
            text = re.sub(pattern, replacement, text)
        path = os.path.join(GOLDEN, name)
        if os.environ.get("MONSOON_UPDATE_GOLDEN"):
            os.makedirs(GOLDEN, exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        with open(path, encoding="utf-8") as file:
            self.assertEqual(text, file.read(), f"differs from {os.path.relpath(path, ROOT)}")

    def assert_conserved(self, case):
        """planned = ok + failed(by class) + cancelled + not_sent + lost"""
        requests = case["requests"]
        self.assertEqual(requests["planned"],
                         sum(requests[k] for k in ("ok", "failed", "cancelled", "not_sent", "lost")),
                         requests)
        self.assertEqual(requests["failed"], sum(requests["errors"].values()), requests)
