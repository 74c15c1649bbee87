"""Who carries how much of a case: weights, limits of single agents, agents that come back, and starts that
are refused. The engine's log says how many requests each agent really had in flight."""

import time
import unittest

from fleet import QUICK, FleetAgent, Relay, answered, check_books, fleet_scenario
from harness import MockEngine, wait_for
from run_case import RunTest


class SmallAgent(FleetAgent):
    """An agent that may open so many connections only (agent/io/http/open_files.h)."""

    RESERVED_FILES = 256

    def __init__(self, connections, *flags):
        super().__init__(*flags)
        self.files = self.RESERVED_FILES + connections

    def _command(self):
        return ["prlimit", f"--nofile={self.files}", "--", *super()._command()]


def in_flight(rows):
    """(moment, requests in flight from then on), by the engine's log. An answer is over with its last
    token: the next request may be here before the engine has closed its own books on this one."""
    changes = sorted([(row["received_ns"], 1) for row in rows]
                     + [(row["last_token_ns"], -1) for row in rows])
    level, levels = 0, []
    for moment, change in changes:
        level += change
        levels.append((moment, level))
    return levels


def peak(rows):
    return max(level for _, level in in_flight(rows))


def mean_level(rows, share=0.8):
    """The mean over the middle of the time, without start and end."""
    levels = in_flight(rows)
    begin, end = levels[0][0], levels[-1][0]
    low, high = begin + (end - begin) * (1 - share) / 2, end - (end - begin) * (1 - share) / 2
    area = sum(level * (min(high, after) - max(low, moment))
               for (moment, level), (after, _) in zip(levels, levels[1:])
               if after > low and moment < high)
    return area / (high - low)


class FleetSharesTest(RunTest):
    def by_agent(self, run, mock):
        """Agent -> its rows of the engine's log."""
        agent_of = {row["request_id"]: row["agent"] for row in run.requests()}
        rows = {}
        for row in mock.truth:
            rows.setdefault(agent_of[row["request_id"]], []).append(row)
        return rows

    def test_shares_follow_the_weights(self):
        with MockEngine("--ttft", "20ms", "--itl", "4ms", "--tokens", 10) as mock, \
             FleetAgent() as a, FleetAgent() as b:
            text = fleet_scenario(mock.url, 800, 8, "agents: "
                                  f"[{{host: '{a.address}', weight: 3}}, '{b.address}']")
            run = self.run_controller(text)
            mock.stop()
        self.assertEqual(run.status, 0, run.describe())
        self.assertEqual(check_books(run, mock.truth)["ok"], 800)
        rows = self.by_agent(run, mock)
        self.assertEqual((peak(rows[a.address]), peak(rows[b.address])), (6, 2))
        self.assertGreater(len(rows[a.address]), 2 * len(rows[b.address]))

    def test_a_small_agent_has_what_it_can_carry_and_the_others_the_rest(self):
        with MockEngine("--ttft", "20ms", "--itl", "4ms", "--tokens", 10) as mock, \
             FleetAgent() as a, SmallAgent(3) as b:
            run = self.run_controller(fleet_scenario(mock.url, 1600, 16), "--agents",
                                      f"{a.address},{b.address}")
            mock.stop()
        self.assertEqual(run.status, 0, run.describe())
        self.assertEqual(check_books(run, mock.truth)["ok"], 1600)
        rows = self.by_agent(run, mock)
        self.assertEqual(peak(rows[b.address]), 3)
        self.assertEqual(peak(rows[a.address]), 13)
        self.assertGreater(mean_level(mock.truth), 14.5, "16 are in flight, whoever carries them")

    def test_one_that_is_started_again_serves_the_next_case(self):
        with MockEngine(*QUICK) as mock, FleetAgent() as a, FleetAgent() as b:
            text = fleet_scenario(mock.url, 1500, 8, "pause: 3s").replace("concurrency: 8",
                                                                          "concurrency: [8, 4]")
            started = self.start_run(text, "--agents", f"{a.address},{b.address}")
            wait_for(lambda: answered(mock) > 300, 60, "300 answers")
            b.kill()
            time.sleep(0.3)
            b.start_again()
            run = started.wait(90)
            self.addCleanup(run.db.close)
            mock.stop()
        check_books(run, mock.truth)
        self.assertEqual(run.status, 4, run.describe())
        first, second = run.report["cases"]
        self.assertEqual(first["verdict"], "INCOMPLETE")
        # One process's records are its own: nothing of the first case is from the second life.
        self.assertEqual({row["agent"] for row in run.requests("case_id = 0 AND status = 'lost'")},
                         {b.address})
        self.assertEqual(second["requests"]["ok"], 1500, run.describe())
        self.assertEqual(second["verdict"], "VALID")
        of_second = [row for row in run.requests("case_id = 1") if row["agent"] == b.address]
        self.assertGreater(len(of_second), 300, run.describe())

    def test_two_agents_that_call_themselves_the_same(self):
        """Names that operators give are for people; what counts is who is who."""
        with MockEngine(*QUICK) as mock, FleetAgent("--name", "twin") as a, \
             FleetAgent("--name", "twin") as b:
            run = self.run_controller(fleet_scenario(mock.url, 800, 8), "--agents",
                                      f"{a.address},{b.address}")
            mock.stop()
        self.assertEqual(run.status, 0, run.describe())
        self.assertEqual(check_books(run, mock.truth)["ok"], 800)
        self.assertEqual(set(self.by_agent(run, mock)), {a.address, b.address})

    def test_no_start_when_a_clock_is_not_known_well_enough(self):
        with MockEngine(*QUICK) as mock, FleetAgent() as a, FleetAgent() as b, Relay(b) as way:
            way.tell("delay both 40ms")
            run = self.run_controller(fleet_scenario(mock.url, 400, 8, "max_start_skew: 20ms"),
                                      "--agents", f"{a.address},{way.address}")
            mock.stop()
        self.assertEqual(run.status, 2, run.describe())
        self.assertIn(f"the clock of agent {way.address} is known to", run.stderr)
        self.assertEqual(mock.truth, [])


if __name__ == "__main__":
    unittest.main()
