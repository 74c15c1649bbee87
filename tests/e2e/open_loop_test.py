"""Open loops: requests go out when they are due, whoever sends them and whatever happens meanwhile.

Everything is compared with the plan (run.db) and with the mock engine's own log. The machine may be
busy, so what is asked of times is loose; what is asked of counts and plans is exact.
"""

import signal
import time
import unittest

from harness import Agent, MockEngine, wait_for
from run_case import LOOSE_VERDICT, NO_PREFLIGHT, RunTest, scenario

SHORT = ("--ttft", "5ms", "--itl", "1ms", "--tokens", 3)


def open_scenario(url, load, end, extra=LOOSE_VERDICT):
    text = scenario(url, 1, 1, extra)
    return text.replace("concurrency: 1\n", f"load: {load}\n").replace("requests: 1\n", f"{end}\n")


class OpenLoopTest(RunTest):
    def plan_of(self, run):
        """Intended times in ns since the case's start, in plan order, and that they are all there."""
        start_ns = run.db.execute("SELECT start_ns FROM cases").fetchone()[0]
        rows = run.requests("1 ORDER BY request_index")
        self.assertEqual([row["request_index"] for row in rows], list(range(len(rows))))
        return [row["intended_ns"] - start_ns for row in rows]

    def assert_sent_when_due(self, run, mock):
        """The engine saw every request once, and in the rhythm of the plan."""
        self.assert_ids_match(run, mock)
        sent = run.requests("sent_ns IS NOT NULL")
        self.assertTrue(all(row["dispatched_ns"] >= row["intended_ns"] for row in sent), "too early")
        due = {row["request_id"]: row["intended_ns"] for row in sent}
        received = {row["request_id"]: row["received_ns"] for row in mock.truth}
        # The two clocks differ by a constant; the median request gives it.
        offsets = sorted(received[name] - due[name] for name in due)
        zero = offsets[len(offsets) // 2]
        late = [offset - zero for offset in offsets]
        # A closed loop, or any queue in the way, would drift off by seconds; a busy machine stalls
        # some of the requests.
        self.assertLess(late[len(late) * 3 // 4] - late[len(late) // 4], 50e6, "half keep the rhythm")
        return late

    def run_through(self, agents, load, end, seed=0):
        with MockEngine(*SHORT) as mock:
            text = open_scenario(mock.url, load, end) + f"seed: {seed}\n"
            started = [Agent() for _ in range(agents)]
            try:
                for agent in started:
                    agent.__enter__()
                run = self.run_controller(text, "--agents", ",".join(a.address for a in started),
                                          out=f"run-{agents}-{seed}-{load[1:4]}")
            finally:
                for agent in started:
                    agent.stop(expect_success=False)
        self.assertEqual(run.status, 0, run.describe())
        return run, mock

    def test_a_constant_rate_through_two_agents(self):
        run, mock = self.run_through(2, "{constant: 200/s}", "duration: 3s")
        case = self.only_case(run)
        self.assertEqual(case["name"], "mock/openqa/r200/vllm")
        self.assertNotIn("concurrency", case)
        self.assertEqual(case["requests"]["ok"], 600)
        self.assertEqual(case["window_s"], 3.0)
        self.assertEqual(case["rate"]["asked_per_s"], 200)
        self.assertEqual(case["rate"]["achieved_share"], 1)
        self.assertEqual(self.plan_of(run), [i * 5_000_000 for i in range(600)])
        self.assert_sent_when_due(run, mock)
        by_agent = {row["agent"]: {row["request_index"] % 2} for row in run.requests()}
        self.assertEqual(sorted(map(tuple, by_agent.values())), [(0,), (1,)], "fixed, disjoint shares")
        self.assert_all_files(run)
        self.assert_recomputes(run)

    def test_the_plan_depends_on_the_seed_and_not_on_the_agents(self):
        load = "{poisson: 300/s}"
        one, _ = self.run_through(1, load, "requests: 400", seed=1)
        two, mock = self.run_through(2, load, "requests: 400", seed=1)
        other, _ = self.run_through(1, load, "requests: 400", seed=2)
        self.assertEqual(self.plan_of(one), self.plan_of(two))
        self.assertNotEqual(self.plan_of(one), self.plan_of(other))
        self.assert_sent_when_due(two, mock)
        self.assert_recomputes(two)

    def test_what_finds_too_many_in_flight_is_not_sent(self):
        # 100/s of 1 s each would be 100 in flight; 10 are allowed, so about nine in ten are refused.
        with MockEngine("--ttft", "900ms", "--itl", "50ms", "--tokens", 3) as mock:
            text = open_scenario(mock.url, "{constant: 100/s, max_in_flight: 10}", "requests: 300")
            run = self.run_controller(text)
        case = self.only_case(run)
        self.assertEqual(run.status, 4, run.describe())
        self.assertEqual(case["verdict"], "INVALID", case["reasons"])
        self.assertIn("max_in_flight (10)", " ".join(case["reasons"]))
        refused = case["requests"]["not_sent"]
        self.assertEqual(refused, case["rate"]["over_max_in_flight"])
        self.assertGreater(refused, 200)
        self.assertEqual(case["requests"]["ok"], 300 - refused)
        self.assertLessEqual(case["peak_concurrency"], 10)
        self.assert_conserved(case)
        self.assert_ids_match(run, mock)
        self.assert_recomputes(run)

    def test_a_stopped_controller_delays_no_send(self):
        with MockEngine(*SHORT) as mock, Agent() as agent:
            started = self.start_run(open_scenario(mock.url, "{constant: 100/s}", "duration: 6s"),
                                     "--agents", agent.address)
            wait_for(lambda: self.answered(mock) >= 100, 60, "a second of answers")
            started.signal(signal.SIGSTOP)
            before = self.answered(mock)
            time.sleep(3)
            meanwhile = self.answered(mock) - before
            started.signal(signal.SIGCONT)
            run = started.wait(60)
            self.addCleanup(run.db.close)
        self.assertEqual(run.status, 0, run.describe())
        self.assertGreater(meanwhile, 150, "the agent went on by itself for three seconds")
        self.assertEqual(self.only_case(run)["requests"]["ok"], 600)
        late = self.assert_sent_when_due(run, mock)
        self.assertLess(late[-1], 1.5e9, "none waited for the controller to go on")

    def answered(self, mock):
        with open(mock.path("truth.csv"), encoding="utf-8") as log:
            return max(0, sum(1 for _ in log) - 1)

    def test_an_interrupt_leaves_exact_counts(self):
        with MockEngine(*SHORT) as mock, Agent() as one, Agent() as two:
            started = self.start_run(open_scenario(mock.url, "{poisson: 100/s}", "requests: 5000"),
                                     "--agents", f"{one.address},{two.address}")
            wait_for(lambda: self.answered(mock) >= 100, 60, "100 answers")
            started.signal()
            run = started.wait(60)
            self.addCleanup(run.db.close)
        case = self.only_case(run)
        self.assertEqual(run.status, 4, run.describe())
        self.assertEqual(case["verdict"], "INCOMPLETE", case["reasons"])
        requests = case["requests"]
        self.assertEqual(requests["planned"], 5000)
        self.assertEqual(requests["ok"], len(mock.truth))
        self.assertEqual(requests["not_sent"], 5000 - len(mock.truth))
        self.assertEqual(len(self.plan_of(run)), 5000, "the times of what was not sent are known, too")
        self.assert_ids_match(run, mock)
        self.assert_recomputes(run)

    def test_the_grace_ends_what_the_engine_does_not(self):
        with MockEngine("--ttft", "20ms", "--itl", "30s", "--tokens", 3) as mock:
            begun = time.monotonic()
            run = self.run_controller(
                open_scenario(mock.url, "{constant: 10/s}", "duration: 1s\ngrace: 1s")
                + NO_PREFLIGHT)
        self.assertLess(time.monotonic() - begun, 25)
        case = self.only_case(run)
        self.assertEqual(case["requests"]["cancelled"], 10)
        self.assertIn("grace", " ".join(case["reasons"]))
        self.assert_conserved(case)


if __name__ == "__main__":
    unittest.main()
