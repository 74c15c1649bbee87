"""An agent that logs JSON: what it does, as it does it."""

import json
import os
import subprocess
import time
import urllib.request

from harness import STOP_TIMEOUT_S, Agent, wait_for


class LoggingAgent(Agent):
    """An agent that logs JSON; `environment` is added to its own."""

    def __init__(self, *flags, environment=None):
        super().__init__("--log-format", "json", *flags)
        self.environment = environment or {}

    def _start(self):
        with open(self.path("stdout"), "wb") as out, open(self.path("stderr"), "wb") as err:
            self.process = subprocess.Popen(self._command(), stdout=out, stderr=err,
                                            stdin=subprocess.DEVNULL, cwd=self.scratch,
                                            env=os.environ | self.environment)
        self.port = wait_for(self._port_or_death, 30, "the agent to listen")

    def log(self):
        """The events logged so far."""
        text = self._read("stderr") if self.scratch else self.stderr
        return [json.loads(line) for line in text.splitlines()]

    def events(self, name):
        return [event for event in self.log() if event["event"] == name]

    def await_event(self, name, timeout_s=30):
        return wait_for(lambda: self.events(name), timeout_s, f"the event {name}")[0]

    def await_start(self):
        """Until requests of a case are in flight."""
        time.sleep(self.await_event("case_started")["starts_in_s"] + 0.5)

    def metrics(self):
        """{name or name{labels}: value} of a scrape."""
        port = self.await_event("start")["metrics_port"]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            text = answer.read().decode()
        rows = (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
        return {name: float(value) for name, value in rows}

    def wait_for_end(self, timeout_s=STOP_TIMEOUT_S):
        return self.process.wait(timeout_s)
