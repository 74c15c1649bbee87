"""Load never outlives its controller by more than the lease. In open loops: what an agent has been
handed would last it half a lease longer, so that only the lease itself can end its sending. And with
answers that take a minute, so that only the lease can end what is in flight."""

import signal
import time
import unittest

from fleet import (LEASE_S, QUICK, FleetAgent, Relay, answered, check_books, fleet_scenario, open_loop,
                   truth_so_far)
from harness import MockEngine, Run, established_connections, wait_for
from run_case import RunTest

RATE = 100
# What passes between the end of a lease and the last bytes of a request that left just before it.
SLACK_NS = 300_000_000
LEASE_NS = LEASE_S * 10**9


class FleetLeaseTest(RunTest):
    def start_load(self, mock, *targets, seconds=8):
        text = open_loop(fleet_scenario(mock.url, 1, 1), RATE, seconds)
        started = self.start_run(text, "--agents", ",".join(targets))
        wait_for(lambda: answered(mock) > RATE, 60, f"{RATE} answers")
        return started

    def assert_ended_by_the_lease(self, rows, since_ns):
        """It went on without a word from the controller, and not beyond the lease."""
        late = [row["received_ns"] - since_ns for row in rows
                if row["received_ns"] > since_ns + LEASE_NS + SLACK_NS]
        self.assertEqual(late, [], "sent after the lease")
        # The last ping before may be a quarter of a lease old.
        went_on = [row for row in rows if since_ns + LEASE_NS * 0.4 < row["received_ns"]
                   < since_ns + LEASE_NS * 0.7]
        self.assertGreater(len(went_on), 5, "it ended before its time, so that this shows nothing")

    def test_the_controller_is_killed(self):
        with MockEngine(*QUICK) as mock, FleetAgent() as a, FleetAgent() as b:
            started = self.start_load(mock, a.address, b.address)
            started.signal(signal.SIGKILL)
            killed_ns = time.monotonic_ns()
            started.process.wait(30)
            time.sleep(LEASE_S * 1.5 + 0.5)  # longer than their work would have lasted
            self.assert_ended_by_the_lease(truth_so_far(mock), killed_ns)
            status, out, err = self.controller("resume", started.run_dir)
            run = Run(status, out, err, started.run_dir)
            self.addCleanup(run.db.close)
            mock.stop()
        self.assert_ended_by_the_lease(mock.truth, killed_ns)
        counts = check_books(run, mock.truth)
        self.assertEqual((run.status, counts["lost"]), (4, 0), run.describe())
        self.assertGreater(counts["ok"], RATE)

    def test_the_controller_stands_still_for_longer(self):
        with MockEngine(*QUICK) as mock, FleetAgent() as a, FleetAgent() as b:
            started = self.start_load(mock, a.address, b.address)
            started.signal(signal.SIGSTOP)
            stopped_ns = time.monotonic_ns()
            time.sleep(LEASE_S * 1.5 + 0.5)
            self.assert_ended_by_the_lease(truth_so_far(mock), stopped_ns)
            started.signal(signal.SIGCONT)
            run = started.wait(60)
            self.addCleanup(run.db.close)
            mock.stop()
        self.assert_ended_by_the_lease(mock.truth, stopped_ns)
        counts = check_books(run, mock.truth)
        self.assertEqual((run.status, counts["lost"]), (4, 0), run.describe())

    def test_one_agent_is_cut_off(self):
        with MockEngine(*QUICK) as mock, FleetAgent() as a, FleetAgent() as b, Relay(b) as way:
            started = self.start_load(mock, a.address, way.address)
            way.tell("hold")
            held_ns = time.monotonic_ns()
            run = started.wait(60)
            self.addCleanup(run.db.close)
            mock.stop()
        counts = check_books(run, mock.truth)
        self.assertEqual(run.status, 4, run.describe())
        rows = run.requests()
        far = {row["request_id"] for row in rows if row["agent"] == way.address}
        self.assert_ended_by_the_lease([row for row in mock.truth if row["request_id"] in far],
                                       held_ns)
        self.assertEqual({row["agent"] for row in rows if row["status"] == "lost"}, {way.address})
        self.assertGreater(counts["lost"], 0)
        # The exact extent, in words too.
        self.assertIn(f"{counts['lost']} of {len(rows)} planned requests were lost",
                      " ".join(run.report["cases"][0]["reasons"]))
        # All turns went to the other one once that was certain, up to the end of the plan.
        last_second = [row for row in rows if row["request_index"] >= len(rows) - RATE]
        self.assertEqual({row["status"] for row in last_second}, {"ok"})

    def test_what_is_in_flight_is_broken_off(self):
        with MockEngine("--ttft", "60s") as mock, FleetAgent() as a, FleetAgent() as b:
            started = self.start_run(fleet_scenario(mock.url, 400, 8), "--agents",
                                     f"{a.address},{b.address}")
            wait_for(lambda: established_connections(mock.port) == 8, 60, "eight connections")
            time.sleep(0.7)  # they are made before the start
            started.signal(signal.SIGKILL)
            killed_ns = time.monotonic_ns()
            started.process.wait(30)
            time.sleep(LEASE_S * 0.5)
            self.assertEqual(established_connections(mock.port), 8, "the lease still holds")
            wait_for(lambda: established_connections(mock.port) == 0, LEASE_S, "them to be broken off")
            self.assertLess(time.monotonic_ns(), killed_ns + LEASE_NS + 3 * SLACK_NS)
            status, out, err = self.controller("resume", started.run_dir)
            run = Run(status, out, err, started.run_dir)
            self.addCleanup(run.db.close)
            mock.stop()
        counts = check_books(run, mock.truth)
        self.assertEqual((counts["ok"], counts["cancelled"], counts["lost"]), (0, 8, 0), run.describe())
        self.assertEqual(len(mock.truth), 8)


if __name__ == "__main__":
    unittest.main()
