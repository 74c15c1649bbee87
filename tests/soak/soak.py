#!/usr/bin/env python3
"""Random schedules of kills, stops, cuts and resumptions, end to end on loopback (./dev soak).

    soak.py [--seeds N] [--seed K] [--first K] [--out DIR]

Each seed is a run of real processes: the mock engine, one to four agents behind relays, a controller;
its schedule (schedule.py) happens to them, a controller that was killed, or left, is resumed, and then report,
run.db and the engine's log must agree (tests/e2e/fleet.py, check_books). Prints a line for each seed,
stops at the first that breaks, and keeps its folder. `--seed 17` runs one again.
"""

import argparse
import collections
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "e2e")]

import harness  # noqa: E402
from fleet import STATES, BrokenBooks, FleetAgent, Relay, answered, check_books  # noqa: E402
from schedule import Schedule  # noqa: E402

RUN_LIMIT_S = 90
# From the end of a lease to the last byte of what left just before it, on a busy machine.
SLACK_S = 0.5
# The signal at which a controller leaves everything as it is, and its status then; resume closes that run.
LAST_SIGNAL, LEFT = 3, 130


class Soak:
    """One seed."""

    def __init__(self, seed, folder):
        self.schedule = Schedule(seed)
        self.folder = folder
        self.agents = []
        self.ways = []
        self.started = None
        self.killed_ns = None  # the controller
        self.signals = 0
        self.left_ns = None  # when it was told to leave everything as it is
        self.timers = []
        self.failures = []  # of what the timers did: an agent that could not be started again
        self.happened = []

    def play(self):
        """What the books say: {status: requests}, and how the run ended."""
        with harness.MockEngine(*self.schedule.mock_flags()) as mock:
            try:
                self._start(mock)
                self._let_it_happen(mock)
                status = self._end()
            finally:
                self._stop_all()
            mock.stop()
            with open(os.path.join(self.folder, "truth.json"), "w", encoding="utf-8") as file:
                json.dump(mock.truth, file)
            return self._check(status, mock)

    # ---- what happens ----

    def _start(self, mock):
        with open(self._path("questions.jsonl"), "w", encoding="utf-8") as file:
            for number in range(50):
                file.write(json.dumps({"question": f"Question {number}: why?", "human_answers": [],
                                       "chatgpt_answers": []}) + "\n")
        for number in range(self.schedule.agents):
            spool = self._path(f"spool{number}")
            self.agents.append(FleetAgent("--threads", 1, spool=spool))
            self.agents[-1].__enter__()
            self.ways.append(Relay(self.agents[-1], self.schedule.seed * 10 + number))
            self.ways[-1].__enter__()
            self.ways[-1].tell(f"delay both {self.schedule.delay_ms[number]}ms "
                               f"{self.schedule.delay_ms[number] / 4}ms")
        text = self.schedule.scenario(mock.url, [way.address for way in self.ways])
        with open(self._path("scenario.yaml"), "w", encoding="utf-8") as file:
            file.write(text)
        self.started = harness.ControllerRun(self._path("scenario.yaml"), folder=self.folder,
                                             out="run")

    def _let_it_happen(self, mock):
        process = self.started.process
        deadline = time.monotonic() + RUN_LIMIT_S
        early = [event for event in self.schedule.events if event[0] < 0]
        for event in early:  # while agents are greeted and prepared
            time.sleep(-event[0] / 2)
            self._do(event)
        while answered(mock) == 0 and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        zero = time.monotonic()
        for event in self.schedule.events[len(early):]:
            while time.monotonic() < zero + event[0] and process.poll() is None:
                time.sleep(0.01)
            if process.poll() is None:
                self._do(event)

    def _do(self, event):
        _, what, number, details = event
        self.happened.append(what)
        process = self.started.process
        if what == "kill":
            self._kill(self.agents[number], details)
        elif what == "stop":
            self._pause(self.agents[number].process, details)
        elif what == "controller_stop":
            self._pause(process, details)
        elif what == "controller_kill":
            process.send_signal(signal.SIGKILL)
            self.killed_ns = time.monotonic_ns()
            process.wait(30)
        elif what == "interrupt":
            for _ in range(details):
                self._interrupt(process)
                time.sleep(0.1)
        else:
            self._disturb(self.ways[number], what, details)

    def _interrupt(self, process):
        self.signals += 1
        if self.signals == LAST_SIGNAL:
            self.left_ns = time.monotonic_ns()
        process.send_signal(signal.SIGINT)

    def _disturb(self, way, what, details):
        if what == "cut":
            way.tell("cut {} {} {}".format(*details))
        elif what == "hold":
            way.tell(f"hold {details}s")
        elif what == "end":
            way.tell(f"end {details}")
        else:
            way.tell("refuse on", "end rst")
            self._later(details, lambda: way.tell("refuse off"))

    def _kill(self, agent, again_after_s):
        if agent.process.poll() is not None:
            return
        agent.kill()
        if again_after_s is not None:
            self._later(again_after_s, agent.start_again)

    def _pause(self, process, seconds):
        if process.poll() is None:
            process.send_signal(signal.SIGSTOP)
            self._later(seconds, lambda: process.send_signal(signal.SIGCONT))

    def _later(self, seconds, action):
        def act():
            try:
                action()
            except (AssertionError, OSError) as error:
                self.failures.append(error)
        timer = threading.Timer(seconds, act)
        timer.start()
        self.timers.append(timer)

    # ---- how it ends ----

    def _end(self):
        if self.killed_ns is None:
            status = self.started.wait(RUN_LIMIT_S).status
            if status != LEFT or self.signals < LAST_SIGNAL:
                self._join()
                return status
            self.killed_ns = self.left_ns
        self._join()
        for way in self.ways:
            way.tell("heal", "refuse off", "end rst")
        done = subprocess.run([harness.program("controller"), "resume", self._path("run")],
                              capture_output=True, text=True, timeout=RUN_LIMIT_S, check=False,
                              cwd=self.folder)
        with open(self._path("resume.txt"), "w", encoding="utf-8") as file:
            file.write(done.stdout + done.stderr)
        return done.returncode

    def _join(self):
        for timer in self.timers:
            timer.join()

    def _stop_all(self):
        self._join()
        if self.started is not None:
            if self.started.process.poll() is None:
                self.started.process.kill()
                self.started.process.wait(30)
            for name, file in (("stdout", self.started.out), ("stderr", self.started.err)):
                with open(self._path(f"controller.{name}"), "w", encoding="utf-8") as copy:
                    copy.write(self.started._text(file))
        for daemon in self.ways + self.agents:
            if isinstance(daemon, FleetAgent) and daemon.scratch:
                shutil.copy(daemon.path("stderr"), self._path(f"agent{self.agents.index(daemon)}.stderr"))
            daemon.stop(expect_success=False)

    def _check(self, status, mock):
        run = harness.Run(status, self._read("controller.stdout"), self._read("controller.stderr")
                          + self._read("resume.txt"), self._path("run"))
        if self.failures:
            raise BrokenBooks(f"{self.failures[0]}\n" + run.describe())
        if status < 0:
            raise BrokenBooks(f"the controller died of signal {-status}\n" + run.describe())
        early = any(event[0] < 0 for event in self.schedule.events)
        if run.report is None and not mock.truth and early:
            return dict.fromkeys(STATES, 0), f"{status} (nothing was sent)"
        try:
            counts = check_books(run, mock.truth)
        finally:
            if run.db is not None:
                run.db.close()
        self._check_lease(run, mock)
        return counts, f"{status} " + "+".join(case["verdict"] for case in run.report["cases"])

    def _check_lease(self, run, mock):
        """Load never outlives its controller by more than the lease."""
        if self.killed_ns is None:
            return
        until_ns = self.killed_ns + (self.schedule.lease_ms / 1000 + SLACK_S) * 1e9
        # The others were over by then, or resume ran them.
        interrupted = {case["case_id"] for case in run.report["cases"]
                       if case["state"] == "interrupted"}
        late = [row["request_id"] for row in mock.truth if row["received_ns"] > until_ns
                and int(row["request_id"].rsplit(".", 2)[1]) in interrupted]
        if late:
            raise BrokenBooks(f"sent after the dead controller's lease: {late[:5]}\n" + run.describe())

    def _path(self, name):
        return os.path.join(self.folder, name)

    def _read(self, name):
        if not os.path.exists(self._path(name)):
            return ""
        with open(self._path(name), encoding="utf-8", errors="replace") as file:
            return file.read()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=200, help="so many schedules (default: 200)")
    parser.add_argument("--first", type=int, default=1, help="the first one's seed (default: 1)")
    parser.add_argument("--seed", type=int, help="this one alone, and keep its folder")
    parser.add_argument("--out", default=tempfile.gettempdir(),
                        help="where the folders of the runs are made (default: the system's)")
    options = parser.parse_args()
    seeds = [options.seed] if options.seed is not None else range(
        options.first, options.first + options.seeds)
    sums, kinds, begun = collections.Counter(), collections.Counter(), time.monotonic()
    print(f"{'seed':>5} {'s':>5} {'ok':>6} {'failed':>6} {'cancel':>6} {'unsent':>6} {'lost':>5}"
          "  end and schedule")
    for seed in seeds:
        folder = tempfile.mkdtemp(prefix=f"monsoon-soak-{seed}-", dir=options.out)
        soak, since = Soak(seed, folder), time.monotonic()
        try:
            counts, end = soak.play()
        except (AssertionError, OSError, subprocess.SubprocessError, ValueError) as error:
            print(f"{seed:>5} BROKEN: {soak.schedule.describe()}\n{error}\n"
                  f"Its folder is kept: {folder}\nRun it again: ./dev soak --seed {seed}")
            return 1
        print(f"{seed:>5} {time.monotonic() - since:>5.1f} {counts['ok']:>6} {counts['failed']:>6} "
              f"{counts['cancelled']:>6} {counts['not_sent']:>6} {counts['lost']:>5}  {end}; "
              + soak.schedule.describe(), flush=True)
        sums.update(counts)
        kinds.update(soak.happened)
        if options.seed is None:
            shutil.rmtree(folder)
        else:
            print(f"Its folder: {folder}")
    print(f"{len(seeds)} schedules in {(time.monotonic() - begun) / 60:.1f} minutes, no conservation "
          f"sum broken: {dict(sums)}; what happened: {dict(kinds)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
