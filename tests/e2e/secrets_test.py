"""Keys go to the engine and nowhere else: not into what a run leaves, says or passes on, nor into
what other processes can see of the two programs."""

import os
import resource
import signal
import subprocess
import time
import unittest

from harness import Agent, MockEngine, established_connections, program, wait_for
from python_engine import CHAT, PythonEngine, chat_stream
from run_case import NO_PREFLIGHT, RunTest, scenario

KEY = "sk-Xq7hunter2-0123456789abcdef"
HEADER_KEY = "hdr-Zw9hunter3-fedcba9876543210"
# A piece of each is as bad.
PIECES = (KEY[3:15].encode(), HEADER_KEY[4:16].encode())
VARIABLES = {"TEST_ENGINE_KEY": KEY, "TEST_HEADER_KEY": HEADER_KEY}


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(child) for child in file.read().split()]


class SecretsTest(RunTest):
    def setUp(self):
        super().setUp()
        for name, value in VARIABLES.items():
            os.environ[name] = value
            self.addCleanup(os.environ.pop, name, None)

    @staticmethod
    def with_secrets(text):
        return text.replace("type: vllm,", 'type: vllm, api_key_env: TEST_ENGINE_KEY, '
                            'headers: {X-Second: "Bearer ${TEST_HEADER_KEY}"},')

    def assert_clean(self, what, content):
        for piece in PIECES:
            self.assertNotIn(piece, content, what)

    def assert_left_nothing(self, run):
        self.assert_clean("stdout", run.stdout.encode())
        self.assert_clean("stderr", run.stderr.encode())
        files = 0
        for folder, _, names in os.walk(run.run_dir):
            for name in names:
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    self.assert_clean(path, file.read())
                files += 1
        return files

    def assert_hidden(self, pid, *names):
        for name in names:
            with open(f"/proc/{pid}/{name}", "rb") as file:
                self.assert_clean(f"/proc/{pid}/{name}", file.read())

    def test_a_run_leaves_no_trace_of_its_keys(self):
        with MockEngine("--ttft", "20ms", "--itl", "20ms", "--tokens", 20) as mock:
            started = self.start_run(self.with_secrets(scenario(mock.url, 60, 4)))
            wait_for(lambda: established_connections(mock.port) >= 4, 60, "the load")
            agents = children(started.process.pid)
            self.assertEqual(len(agents), 1, "the embedded agent")
            self.assert_hidden(started.process.pid, "cmdline", "comm", "status", "maps")
            self.assert_hidden(agents[0], "cmdline", "comm", "environ", "status", "maps")
            for pid in (started.process.pid, agents[0]):
                with open(f"/proc/{pid}/limits", encoding="ascii") as file:
                    core = [line.split() for line in file if line.startswith("Max core file")][0]
                self.assertEqual(core[4:6], ["0", "0"])
            run = started.wait()
            self.addCleanup(run.db.close)
        self.assertEqual(self.only_case(run)["requests"]["ok"], 60, run.describe())
        self.assertGreaterEqual(self.assert_left_nothing(run), 6)
        with open(os.path.join(run.run_dir, "scenario.yaml"), encoding="utf-8") as file:
            text = file.read()
        self.assertIn("Bearer ${TEST_HEADER_KEY}", text)
        self.assertIn("TEST_ENGINE_KEY", text)

    def test_the_scenario_that_a_run_left_runs_again(self):
        with PythonEngine() as engine:
            engine.answer("POST", CHAT, body=chat_stream(), content_type="text/event-stream")
            url = f"http://127.0.0.1:{engine.port}{CHAT}"
            run = self.run_controller(self.with_secrets(scenario(url, 3, 1)))
            again = self.run_controller(os.path.join(run.run_dir, "scenario.yaml"), out="again")
            self.assertEqual(self.only_case(again)["requests"]["ok"], 3, again.describe())
            sent = [request["headers"] for request in engine.requests
                    if request["method"] == "POST"]
        self.assertEqual({headers["Authorization"] for headers in sent}, {f"Bearer {KEY}"})
        self.assertEqual({headers["X-Second"] for headers in sent}, {f"Bearer {HEADER_KEY}"})

    def test_an_engine_that_repeats_the_key_is_not_believed(self):
        complaint = ('{"error": {"message": "Incorrect API key provided: ' + KEY +
                     f' (and {HEADER_KEY})", "type": "invalid_request_error"' + "}}")
        with PythonEngine() as engine, Agent() as agent:
            engine.answer("POST", CHAT, status=401, body=complaint,
                          content_type="application/json")
            url = f"http://127.0.0.1:{engine.port}{CHAT}"
            text = self.with_secrets(scenario(url, 3, 1))
            stopped = self.run_controller(text, "--agents", agent.address)
            self.assertEqual(stopped.status, 2, stopped.describe())
            self.assertIn("<secret>", stopped.stderr)
            self.assert_left_nothing(stopped)
            run = self.run_controller(text + NO_PREFLIGHT, "--agents", agent.address, out="run2")
            message = self.only_case(run)["error_samples"][0]["message"]
            self.assertIn("Incorrect API key provided: <secret> (and <secret>)", message)
            self.assert_left_nothing(run)
            self.assert_hidden(agent.process.pid, "cmdline", "comm", "status")
            for name in ("stdout", "stderr"):
                with open(agent.path(name), "rb") as file:
                    self.assert_clean(name, file.read())

    def test_a_key_on_the_command_line_is_not_repeated(self):
        status, out, err = self.controller("validate", self.write("s.yaml", scenario(
            "http://127.0.0.1:1/v1", 1, 1)), "--set", f"engine.api_key={KEY}")
        self.assertEqual(status, 2)
        self.assert_clean("messages", (out + err).encode())

    def test_a_crash_leaves_no_core(self):
        cores = self.write("cores", "")
        os.remove(cores)
        os.mkdir(cores)

        def allow_cores():
            hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
            resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))

        # What these settings leave without our own: only then does the test say something.
        control = subprocess.Popen(["sleep", "60"], cwd=cores, preexec_fn=allow_cores)
        control.send_signal(signal.SIGABRT)
        control.wait(10)
        with_cores = bool(os.listdir(cores))
        for name in os.listdir(cores):
            os.remove(os.path.join(cores, name))
        socket_path = os.path.join(self.folder, "a.sock")
        agent = subprocess.Popen([program("agent"), "--listen", f"unix:{socket_path}"], cwd=cores,
                                 preexec_fn=allow_cores, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
        try:
            wait_for(lambda: os.path.exists(socket_path), 30, "the agent's socket")
            time.sleep(0.2)
            agent.send_signal(signal.SIGABRT)
            self.assertEqual(agent.wait(30), -signal.SIGABRT)
        finally:
            if agent.poll() is None:
                agent.kill()
                agent.wait(10)
        self.assertEqual(os.listdir(cores), [])
        if not with_cores:
            self.skipTest("this machine writes no core files into a program's folder anyway")


if __name__ == "__main__":
    unittest.main()
