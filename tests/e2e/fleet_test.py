"""Agents that die, stand still or go silent during a case: shown, given up only when that is certain,
and nothing of it counted wrong."""

import time
import unittest

from fleet import (LEASE_S, QUICK, SLOW, FleetAgent, Relay, answered, check_books, fleet_scenario,
                   is_suspected, open_loop, stop_for)
from harness import MockEngine, wait_for
from run_case import RunTest

SUSPECTED_WITHIN_S = 5
# Of tests in which nobody may be lost, on a machine that is busy.
LONG_LEASE_S = 5
# What passes between the end of a lease and the last bytes of a request that left just before it.
SLACK_NS = 300_000_000


class FleetTest(RunTest):
    def finish(self, started, mock, timeout_s=90):
        """The run's end and its books: (run, {status: requests})."""
        run = started.wait(timeout_s)
        self.addCleanup(run.db.close)
        mock.stop()
        return run, check_books(run, mock.truth)

    def assert_incomplete(self, run, *names):
        self.assertEqual(run.status, 4, run.describe())
        case = run.report["cases"][0]
        self.assertEqual(case["verdict"], "INCOMPLETE", run.describe())
        for name in names:
            self.assertIn(name, " ".join(case["reasons"]), run.describe())

    def assert_silent_since(self, run, mock, agent, moment_ns):
        """Nothing that `agent` was handed reached the engine after `moment_ns`."""
        of_agent = {row["request_id"] for row in run.requests() if row["agent"] == agent}
        self.assertTrue(of_agent, f"no request names {agent}")
        late = [row for row in mock.truth
                if row["request_id"] in of_agent and row["received_ns"] > moment_ns]
        self.assertEqual(late, [], f"{agent} sent after its time")

    def wait_suspected(self, started, agent, since_ns):
        wait_for(lambda: is_suspected(started, agent), SUSPECTED_WITHIN_S + 2,
                 f"{agent} to be shown as suspected")
        self.assertLess(time.monotonic_ns() - since_ns, SUSPECTED_WITHIN_S * 1e9)

    # ---- killed ----

    def run_with_a_kill(self, *extra):
        with MockEngine(*QUICK) as mock, FleetAgent() as a, FleetAgent() as b, FleetAgent() as c:
            text = fleet_scenario(mock.url, 6000, 12, *extra)
            started = self.start_run(text, "--agents", ",".join(x.address for x in (a, b, c)))
            wait_for(lambda: answered(mock) > 600, 60, "600 answers")
            killed_ns = b.kill()
            self.wait_suspected(started, b.address, killed_ns)
            run, counts = self.finish(started, mock)
        self.assert_incomplete(run, b.address)
        lost = {row["agent"] for row in run.requests("status = 'lost'")}
        self.assertEqual(lost, {b.address}, "only the dead agent's requests are lost")
        self.assertEqual((counts["failed"], counts["cancelled"]), (0, 0))
        self.assertIn(f"{counts['lost']} of 6000 planned requests were lost",
                      " ".join(run.report["cases"][0]["reasons"]), "the exact extent")
        self.assert_only_lost_what_it_had(run, mock, b.address, killed_ns)
        return counts

    def assert_only_lost_what_it_had(self, run, mock, agent, killed_ns):
        """It had a second of work or so, beside what it had sent and not yet reported."""
        of_agent = [row for row in run.requests() if row["agent"] == agent]
        in_last_second = sum(killed_ns - 1e9 < row["received_ns"] <= killed_ns for row in mock.truth)
        lost = [row for row in of_agent if row["status"] == "lost"]
        self.assertLess(len(lost), in_last_second, "more than a second of everybody's work is lost")
        self.assertEqual([row for row in mock.truth if row["received_ns"] > killed_ns + SLACK_NS
                          and row["request_id"] in {other["request_id"] for other in of_agent}], [])

    def test_a_killed_agents_share_goes_to_the_others(self):
        counts = self.run_with_a_kill()
        self.assertEqual(counts["not_sent"], 0, "work that it was never handed is done by others")
        self.assertEqual(counts["ok"], 6000 - counts["lost"])

    def test_a_killed_agent_ends_the_run_if_that_was_asked_for(self):
        counts = self.run_with_a_kill("on_agent_loss: abort")
        self.assertGreater(counts["not_sent"], 0)

    def test_a_killed_agent_in_an_open_loop(self):
        with MockEngine(*QUICK) as mock, FleetAgent() as a, FleetAgent() as b:
            text = open_loop(fleet_scenario(mock.url, 1, 1), 100, 8)
            started = self.start_run(text, "--agents", f"{a.address},{b.address}")
            wait_for(lambda: answered(mock) > 150, 60, "150 answers")
            b.kill()
            run, counts = self.finish(started, mock)
        self.assert_incomplete(run, b.address)
        self.assertEqual(counts["cancelled"] + counts["failed"], 0)
        self.assertEqual({row["agent"] for row in run.requests("status = 'lost'")}, {b.address})

    # ---- stopped and continued ----

    def test_an_agent_that_stands_still_for_less_than_its_lease(self):
        with MockEngine(*QUICK) as mock, FleetAgent() as a, FleetAgent() as b:
            text = fleet_scenario(mock.url, 4000, 8, lease_s=LONG_LEASE_S)
            started = self.start_run(text, "--agents", f"{a.address},{b.address}")
            wait_for(lambda: answered(mock) > 400, 60, "400 answers")
            stop_for(b.process, LONG_LEASE_S * 0.4)
            run, counts = self.finish(started, mock)
        self.assertEqual(counts["ok"], 4000)
        # Nothing is missing; what the times of an agent that stood still are worth is another matter.
        verdict = run.report["cases"][0]["verdict"]
        self.assertIn(verdict, ("VALID", "INVALID"), run.describe())

    def test_an_agent_that_stands_still_for_longer_sends_nothing_more(self):
        with MockEngine(*SLOW) as mock, FleetAgent() as a, FleetAgent() as b:
            text = fleet_scenario(mock.url, 300, 8)
            started = self.start_run(text, "--agents", f"{a.address},{b.address}")
            wait_for(lambda: answered(mock) > 16, 60, "two rounds of answers")
            stopped_ns, _ = stop_for(b.process, LEASE_S + 2)
            run, counts = self.finish(started, mock)
        self.assert_incomplete(run, b.address)
        self.assert_silent_since(run, mock, b.address, stopped_ns + SLACK_NS)
        self.assertGreater(counts["lost"] + counts["cancelled"] + counts["not_sent"], 0)

    def test_every_agent_gone_ends_the_run(self):
        with MockEngine(*SLOW) as mock, FleetAgent() as a, FleetAgent() as b:
            started = self.start_run(fleet_scenario(mock.url, 400, 8), "--agents",
                                     f"{a.address},{b.address}")
            wait_for(lambda: answered(mock) > 16, 60, "two rounds of answers")
            a.kill()
            b.kill()
            run, counts = self.finish(started, mock)
        self.assert_incomplete(run, a.address, b.address)
        self.assertGreater(counts["lost"], 0)

    # ---- cut off ----

    def test_a_partition_shorter_than_the_lease(self):
        with MockEngine(*QUICK) as mock, FleetAgent() as a, FleetAgent() as b, Relay(b) as way:
            text = fleet_scenario(mock.url, 4000, 8, lease_s=LONG_LEASE_S)
            started = self.start_run(text, "--agents", f"{a.address},{way.address}")
            wait_for(lambda: answered(mock) > 400, 60, "400 answers")
            way.tell("hold 1s")
            time.sleep(1.2)
            way.tell("end rst")
            run, counts = self.finish(started, mock)
        self.assertEqual(run.status, 0, run.describe())
        self.assertEqual(counts["ok"], 4000)

    def test_a_partition_longer_than_the_lease_and_the_next_case(self):
        with MockEngine(*SLOW) as mock, FleetAgent() as a, FleetAgent() as b, Relay(b) as way:
            text = fleet_scenario(mock.url, 160, 8).replace("concurrency: 8", "concurrency: [8, 16]")
            started = self.start_run(text, "--agents", f"{a.address},{way.address}")
            wait_for(lambda: answered(mock) > 16, 60, "two rounds of answers")
            way.tell("hold")
            held_ns = time.monotonic_ns()
            self.wait_suspected(started, way.address, held_ns)
            wait_for(lambda: time.monotonic_ns() - held_ns > (LEASE_S + 2) * 1e9, 30, "the lease")
            way.tell("heal")
            run, _ = self.finish(started, mock)
        self.assert_incomplete(run, way.address)
        of_first = [row for row in mock.truth if ".0." in row["request_id"]]
        mine = {row["request_id"] for row in run.requests("case_id = 0") if row["agent"] == way.address}
        late = [row for row in of_first if row["request_id"] in mine
                and row["received_ns"] > held_ns + LEASE_S * 1e9 + SLACK_NS]
        self.assertEqual(late, [], "it sent after its lease")
        second = run.report["cases"][1]
        self.assertEqual(second["requests"]["ok"], 160, run.describe())
        self.assertEqual({row["agent"] for row in run.requests("case_id = 1")},
                         {a.address, way.address}, "an agent that came back serves the next case")

    # ---- the controller ----

    def test_a_slow_controller_delays_no_send_of_an_open_loop(self):
        with MockEngine(*QUICK) as mock, FleetAgent() as a, FleetAgent() as b:
            text = open_loop(fleet_scenario(mock.url, 1, 1, lease_s=LONG_LEASE_S), 100, 8)
            started = self.start_run(text, "--agents", f"{a.address},{b.address}")
            wait_for(lambda: answered(mock) > 150, 60, "150 answers")
            began, ended = stop_for(started.process, LONG_LEASE_S * 0.5)
            run, counts = self.finish(started, mock)
        self.assertEqual(run.status, 0, run.describe())
        self.assertEqual(counts["ok"], 800)
        meanwhile = [row for row in mock.truth if began < row["received_ns"] < ended]
        self.assertGreater(len(meanwhile), 200, "the load went on without the controller")
        self.assertLess(run.report["cases"][0]["lateness_s"]["p90"], 0.05)


if __name__ == "__main__":
    unittest.main()
