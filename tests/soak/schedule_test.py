#!/usr/bin/env python3
"""The soak's schedules: the same seed is the same schedule, and together they try everything."""

import collections
import os
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

from schedule import Schedule  # noqa: E402

KINDS = {"kill", "stop", "cut", "hold", "end", "refuse", "controller_stop", "controller_kill",
         "interrupt"}


class ScheduleTest(unittest.TestCase):
    def test_a_seed_is_one_schedule(self):
        for seed in range(50):
            self.assertEqual(Schedule(seed).describe(), Schedule(seed).describe())
            self.assertEqual(Schedule(seed).scenario("http://x", ["a"] * 4),
                             Schedule(seed).scenario("http://x", ["a"] * 4))
        self.assertGreater(len({Schedule(seed).describe() for seed in range(50)}), 45)

    def test_everything_is_tried_often_enough(self):
        kinds, loops = collections.Counter(), collections.Counter()
        for seed in range(1, 201):
            schedule = Schedule(seed)
            kinds.update(event[1] for event in schedule.events)
            loops[schedule.open_loop] += 1
            self.assertTrue(schedule.events)
            self.assertEqual(schedule.events, sorted(schedule.events, key=lambda event: event[0]))
        self.assertEqual(set(kinds), KINDS)
        self.assertGreaterEqual(min(kinds.values()), 8, kinds)
        self.assertGreater(min(loops.values()), 40)

    def test_cases_of_a_schedule_differ(self):
        for seed in range(500):
            text = Schedule(seed).scenario("http://x", ["a"] * 4)
            loads = next(line for line in text.splitlines() if line.startswith(("load:",
                                                                                "concurrency:")))
            values = loads.split(": ", 1)[1].strip("[]").split(", ")
            self.assertEqual(len(values), len(set(values)), text)

    def test_nothing_follows_the_controllers_death(self):
        for seed in range(500):
            kinds = [event[1] for event in Schedule(seed).events]
            self.assertNotIn("controller_kill", kinds[:-1])


if __name__ == "__main__":
    unittest.main()
