"""Ctrl-C, once and twice, in every phase of a fleet's run: it ends soon, nothing is sent any more, the
books hold, and the agents are free for the next one."""

import contextlib
import json
import os
import signal
import time
import unittest

from fleet import LEASE_S, QUICK, SLOW, Relay, answered, check_books, fleet_scenario, open_loop
from harness import MockEngine, established_connections, wait_for
from logging_agent import LoggingAgent
from run_case import NO_PREFLIGHT, RunTest

# Between the two signals of one impatient user.
PATIENCE_S = 0.15
# An answer that takes a minute: what waits for it waits in vain.
ENDLESS = ("--ttft", "60s")


class InterruptTest(RunTest):
    """Two agents, the second behind a relay. Each test runs with one signal and with two."""

    @contextlib.contextmanager
    def fleet(self, *engine):
        with MockEngine(*engine) as mock, \
             LoggingAgent("--spool-dir", os.path.join(self.folder, "a")) as a, \
             LoggingAgent("--spool-dir", os.path.join(self.folder, "b")) as b, Relay(b) as way:
            self.mock, self.near, self.far, self.way = mock, a, b, way
            yield

    def once_and_twice(self, play):
        for signals in (1, 2):
            with self.subTest(signals=signals):
                play(signals)

    def start(self, text, out):
        return self.start_run(text, "--agents", f"{self.near.address},{self.way.address}",
                              out=f"run{out}")

    def interrupt(self, started, signals, within_s):
        """The run's end, with every check that holds in any phase."""
        begun = time.monotonic()
        for number in range(signals):
            time.sleep(PATIENCE_S if number else 0)
            if started.process.poll() is None:
                started.signal(signal.SIGINT)
        run = started.wait(60)
        if run.db is not None:
            self.addCleanup(run.db.close)
        took_s = time.monotonic() - begun
        self.assertGreaterEqual(run.status, 0, "no signal ends it by force:\n" + run.describe())
        self.assertLess(took_s, within_s, run.describe())
        ended_ns = time.monotonic_ns()
        self.way.tell("heal")
        wait_for(self.agents_are_free, LEASE_S + 3, "the agents to be free")
        self.mock.stop()
        late = [row for row in self.mock.truth if row["received_ns"] > ended_ns + LEASE_S * 1e9]
        self.assertEqual(late, [])
        return run

    def agents_are_free(self):
        status, out, _ = self.controller("agents", "--json",
                                         f"{self.near.address},{self.far.address}")
        return status == 0 and all(agent["state"] == "idle" for agent in json.loads(out)["agents"])

    def assert_nothing_happened(self, run):
        self.assertEqual(run.status, 2, run.describe())
        self.assertIn("interrupted", run.stderr)
        self.assertEqual(self.mock.truth, [])
        self.assertFalse(os.path.exists(run.run_dir), "a run without load leaves nothing")

    def counts(self, run, status=4):
        self.assertEqual(run.status, status, run.describe())
        return check_books(run, self.mock.truth)

    # ---- before any load ----

    def test_while_it_connects(self):
        def play(signals):
            with self.fleet(*QUICK):
                self.way.tell("hold")
                started = self.start(fleet_scenario(self.mock.url, 400, 8), signals)
                self.near.await_event("run_taken")
                self.assert_nothing_happened(self.interrupt(started, signals, 5))
        self.once_and_twice(play)

    def test_while_it_asks_the_engine(self):
        def play(signals):
            with self.fleet(*ENDLESS):
                text = fleet_scenario(self.mock.url, 400, 8).replace(NO_PREFLIGHT, "")
                started = self.start(text, signals)
                wait_for(lambda: established_connections(self.mock.port) > 0, 30, "the preflight")
                time.sleep(0.2)
                self.assert_nothing_happened(self.interrupt(started, signals, 5))
        self.once_and_twice(play)

    def test_while_work_is_on_its_way(self):
        """Prepared, and a slow network has not yet brought the far one its first prompts."""
        self.write("big.txt", "".join(f"{number} " + "word " * 100_000 + "\n" for number in range(8)))
        def play(signals):
            with self.fleet(*QUICK):
                self.way.tell("rate up 100000")
                text = fleet_scenario(self.mock.url, 400, 8, lease_s=10).replace(
                    "{name: openqa, path: questions.jsonl}", "{name: line_by_line, path: big.txt}")
                started = self.start(text, signals)
                self.far.await_event("case_prepared")
                time.sleep(0.3)
                run = self.interrupt(started, signals, 8)
                self.assertEqual(self.near.events("case_started"), [])
                self.assert_nothing_happened(run)
        self.once_and_twice(play)

    def test_between_the_word_to_start_and_the_start(self):
        def play(signals):
            with self.fleet(*QUICK):
                self.way.tell("delay both 60ms")  # the start is four round trips ahead
                started = self.start(fleet_scenario(self.mock.url, 400, 8), signals)
                ahead_s = self.near.await_event("case_started")["starts_in_s"]
                self.assertGreater(ahead_s, 0.4)
                run = self.interrupt(started, signals, 8)
                counts = self.counts(run, status=1)
                self.assertEqual(self.mock.truth, [])
                self.assertEqual(counts["not_sent"], 400)
        self.once_and_twice(play)

    # ---- during a case ----

    def test_while_requests_are_in_flight(self):
        def play(signals):
            with self.fleet(*SLOW):
                started = self.start(fleet_scenario(self.mock.url, 400, 8), signals)
                wait_for(lambda: answered(self.mock) > 16, 60, "two rounds of answers")
                counts = self.counts(self.interrupt(started, signals, 8))
                self.assertGreater(counts["ok"], 16)
                self.assertEqual((counts["lost"], counts["failed"]), (0, 0))
                if signals == 1:
                    self.assertEqual(counts["cancelled"], 0, "what is in flight may finish")
        self.once_and_twice(play)

    def test_again_while_a_drain_goes_on_that_would_not_end(self):
        """Sixteen short answers, then such that take a minute."""
        tokens = self.write("tokens.txt", "1\n" * 16 + "60\n" * 100)
        with self.fleet("--ttft", "20ms", "--itl", "1s", "--tokens", f"file:{tokens}"):
            started = self.start(fleet_scenario(self.mock.url, 400, 8), "")
            wait_for(lambda: answered(self.mock) == 16, 60, "16 answers")
            time.sleep(1)
            started.signal(signal.SIGINT)
            time.sleep(0.5)
            self.assertIsNone(started.process.poll(), "it lets requests finish")
            counts = self.counts(self.interrupt(started, 1, 5))
        self.assertEqual((counts["ok"], counts["cancelled"], counts["lost"]), (16, 8, 0))

    def test_during_the_grace_after_an_open_loop(self):
        def play(signals):
            with self.fleet("--ttft", "2500ms", "--tokens", 3):
                started = self.start(open_loop(fleet_scenario(self.mock.url, 1, 1), 20, 1), signals)
                time.sleep(self.near.await_event("case_started")["starts_in_s"] + 1.6)
                self.assertEqual(answered(self.mock), 0)
                counts = self.counts(self.interrupt(started, signals, 8), 4 - 3 * (signals - 1))
                self.assertEqual((counts["ok"], counts["cancelled"]),
                                 (20, 0) if signals == 1 else (0, 20))
        self.once_and_twice(play)

    def test_while_an_agent_is_out_of_reach(self):
        """The first signal waits for what its lease decides; the second for no more than to know that
        it is silent."""
        def play(signals):
            with self.fleet(*SLOW):
                lease_s = 2 * signals
                text = fleet_scenario(self.mock.url, 40, 8, lease_s=lease_s)
                started = self.start(text, signals)
                wait_for(lambda: answered(self.mock) > 24, 60, "three rounds of answers")
                self.way.tell("hold")
                time.sleep(0.5)
                run = self.interrupt(started, signals, 6 if signals == 1 else lease_s - 1)
                counts = self.counts(run)
                self.assertGreater(counts["ok"], 16)
                self.assertEqual({row["agent"] for row in run.requests("status = 'lost'")},
                                 {self.way.address})
        self.once_and_twice(play)

    # ---- after a case ----

    def test_while_the_last_records_are_on_their_way(self):
        """Everything was answered and everybody is there: what is behind a slow link is waited for,
        whoever asks to stop, and however often."""
        def play(signals):
            with self.fleet("--ttft", "6ms", "--itl", "1ms", "--tokens", 20):
                self.way.tell("rate down 20000")
                started = self.start(fleet_scenario(self.mock.url, 400, 16, lease_s=6), signals)
                wait_for(lambda: answered(self.mock) == 400, 60, "all answers")
                self.far.await_event("case_ended")
                run = self.interrupt(started, signals, 8)
                self.assertEqual(self.counts(run, status=0)["ok"], 400)
                self.assertIn("\ninterrupted: ", run.stderr, "it was still collecting")
                self.assertFalse(run.report["run"]["interrupted"], "nothing was left out for it")
                for name in (self.near.address, self.way.address):
                    self.assertNotIn(f"agent {name}", run.stderr, "nobody was silent or lost")
        self.once_and_twice(play)

    def test_in_the_pause_between_two_cases(self):
        def play(signals):
            with self.fleet(*QUICK):
                text = fleet_scenario(self.mock.url, 80, 8, "pause: 30s").replace(
                    "concurrency: 8", "concurrency: [8, 4]")
                started = self.start(text, signals)
                self.far.await_event("case_ended")
                time.sleep(0.5)
                run = self.interrupt(started, signals, 5)
                counts = self.counts(run)
                self.assertEqual((counts["ok"], counts["not_sent"]), (80, 80))
                self.assertIn("interrupted", " ".join(run.report["cases"][1]["reasons"]))
        self.once_and_twice(play)

    def test_while_the_report_is_written(self):
        def play(signals):
            with self.fleet(*QUICK):
                started = self.start(fleet_scenario(self.mock.url, 800, 16), signals)
                self.near.await_event("run_ended")
                run = self.interrupt(started, signals, 5)
                self.assertEqual(self.counts(run, status=0)["ok"], 800)
                self.assert_all_files(run)
        self.once_and_twice(play)


if __name__ == "__main__":
    unittest.main()
