"""Streams cut at random bytes, again and again: the session outlives them, and every request is sent
once and reported once."""

import random
import time
import unittest

from fleet import QUICK, FleetAgent, Relay, answered, check_books, fleet_scenario, is_suspected
from harness import MockEngine, wait_for
from run_case import RunTest

REQUESTS = 5000


class FleetCutTest(RunTest):
    def cut_again_and_again(self, seed, how, most_bytes, cuts):
        chance = random.Random(seed)
        with MockEngine(*QUICK) as mock, FleetAgent() as a, FleetAgent() as b, \
             Relay(a, seed) as first, Relay(b, seed + 1) as second:
            # A lease that a reconnection never endangers: this is about bytes.
            text = fleet_scenario(mock.url, REQUESTS, 8, lease_s=8)
            started = self.start_run(text, "--agents", f"{first.address},{second.address}",
                                     out=f"{how}-{seed}")
            wait_for(lambda: answered(mock) > 50, 60, "50 answers")
            for _ in range(cuts):
                way = chance.choice((first, second))
                way.tell(f"cut {chance.choice(('up', 'down'))} {chance.randrange(most_bytes)} {how}")
                time.sleep(chance.uniform(0.05, 0.5))
                if started.process.poll() is not None:
                    break
            run = started.wait(120)
            self.addCleanup(run.db.close)
            done = first.status()["cuts"] + second.status()["cuts"]
            mock.stop()
        with self.subTest(seed=seed, how=how):
            counts = check_books(run, mock.truth)
            self.assertGreater(done, cuts // 3, "too few streams were cut to show anything")
            self.assertEqual(run.status, 0, run.describe())
            self.assertEqual(counts["ok"], REQUESTS)

    def test_resets_at_any_byte(self):
        for seed in (1, 2):
            self.cut_again_and_again(seed, "rst", 5_000, 15)

    def test_orderly_ends_at_any_byte(self):
        self.cut_again_and_again(3, "fin", 5_000, 15)

    def test_long_stretches_between(self):
        self.cut_again_and_again(4, "rst", 60_000, 10)

    def test_a_stream_that_dies_without_a_word(self):
        """Nobody is told: the silence alone makes the controller connect anew."""
        with MockEngine(*QUICK) as mock, FleetAgent() as a, FleetAgent() as b, Relay(b) as way:
            text = fleet_scenario(mock.url, 9000, 8, lease_s=4)
            started = self.start_run(text, "--agents", f"{a.address},{way.address}")
            wait_for(lambda: answered(mock) > 400, 60, "400 answers")
            way.tell("end blackhole")
            wait_for(lambda: is_suspected(started, way.address), 5, "the silence to be noticed")
            wait_for(lambda: way.status()["accepted"] > 2, 15, "new streams")
            run = started.wait(120)
            self.addCleanup(run.db.close)
            mock.stop()
        counts = check_books(run, mock.truth)
        self.assertEqual(run.status, 0, run.describe())
        self.assertEqual(counts["ok"], 9000)

    def test_refused_for_a_while(self):
        with MockEngine(*QUICK) as mock, FleetAgent() as a, Relay(a) as way:
            text = fleet_scenario(mock.url, 4000, 8, lease_s=6)
            started = self.start_run(text, "--agents", way.address)
            wait_for(lambda: answered(mock) > 400, 60, "400 answers")
            way.tell("refuse on", "end rst")
            time.sleep(2)
            way.tell("refuse off")
            run = started.wait(120)
            self.addCleanup(run.db.close)
            mock.stop()
        counts = check_books(run, mock.truth)
        self.assertEqual(run.status, 0, run.describe())
        self.assertEqual(counts["ok"], 4000)


if __name__ == "__main__":
    unittest.main()
