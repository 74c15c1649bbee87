#!/usr/bin/env python3
"""The thinking parts of the benches: joins, quantiles, cores, targets, judgements. No processes."""

import math
import unittest

import _bench
import _load
import bench
import decoder
import open_loop
import verdict_follows_truth


def truth(request_id, received_ns, first_token_ns):
    return {"request_id": request_id, "received_ns": received_ns, "first_token_ns": first_token_ns}


class ErrorsTest(unittest.TestCase):
    def test_joined_by_id_and_in_the_order_of_the_log(self):
        # The truth is 50 ms each; reported 51 and 52 ms for the first two, 50.5 ms for the third.
        log = [truth("c", 3_000_000, 53_000_000), truth("a", 1_000_000, 51_000_000),
               truth("b", 2_000_000, 52_000_000)]
        stamps = {"a": (0, 51_000_000), "b": (7, 52_000_007), "c": (9, 50_500_009)}
        errors = _load.errors_ms(stamps, log, streams=2)
        self.assertAlmostEqual(errors["all"]["p50"], 1.0)
        self.assertAlmostEqual(errors["all"]["max"], 2.0)
        self.assertAlmostEqual(errors["later"]["max"], 0.5)

    def test_too_early_is_an_error_as_well(self):
        errors = _load.errors_ms({"a": (0, 49_000_000)}, [truth("a", 0, 50_000_000)], streams=0)
        self.assertAlmostEqual(errors["all"]["p50"], 1.0)

    def test_requests_of_one_side_only_do_not_count(self):
        log = [truth("a", 0, 50), truth("never answered", 0, 0)]
        self.assertTrue(math.isnan(_load.errors_ms({"b": (0, 1)}, log, streams=0)["all"]["p99"]))

    def test_what_the_report_lacks_meets_no_limit(self):
        found = _load.milliseconds({"p50": 0.002, "p99": None}, "p50", "p99")
        self.assertAlmostEqual(found["p50"], 2.0)
        self.assertTrue(math.isnan(found["p99"]))
        self.assertTrue(math.isnan(_load.milliseconds(None, "p50")["p50"]))
        for at_most in (True, False):
            self.assertFalse(_bench.target("x", [found["p99"]], 1.0, at_most, "")["met"])

    def test_quantiles_interpolate(self):
        found = _load.quantiles([float(i) for i in range(101)])
        self.assertEqual(found, {"p50": 50.0, "p99": 99.0, "max": 100.0})
        self.assertEqual(_load.quantiles([1.0, 2.0])["p50"], 1.5)


class WorkTest(unittest.TestCase):
    def test_script_is_spread_over_the_interval_and_always_the_same(self):
        work = _load.Work(100, 2000, 50, 50, 100, 1024)
        script = work.script()
        self.assertEqual(script, _load.Work(100, 2000, 50, 50, 100, 1024).script())
        self.assertEqual(len(script), 2000)
        firsts, tokens = zip(*script)
        # 100 streams open in 5 ms.
        self.assertTrue(55_000 <= min(firsts[:100]) and 150_000 < max(firsts[:100]) <= 155_000)
        firsts = firsts[100:]
        self.assertTrue(50_000 <= min(firsts) < 51_000 and 149_000 < max(firsts) <= 150_000)
        self.assertEqual((min(tokens), max(tokens)), (25, 75))
        self.assertTrue(all(count <= work.max_tokens for count in tokens))

    def test_even_work_has_one_script_for_all(self):
        self.assertEqual(_load.Work(8, 2000, 1, 1, 1, 100, even=True).script(), [(1000, 1)])


class CoresTest(unittest.TestCase):
    def plan(self, usable, siblings):
        cores = _bench.Cores(usable, siblings)
        return cores.agent, cores.mock, cores.rest

    def test_one_two_and_many(self):
        self.assertEqual(self.plan([3], str), (None, None, None))
        self.assertEqual(self.plan([0, 1], str), (0, 1, 1))
        self.assertEqual(self.plan([0, 1, 2, 3], str), (0, 3, 1))

    def test_hardware_threads_of_one_core_are_not_two_cores(self):
        pairs = {0: "0,4", 4: "0,4", 1: "1,5", 5: "1,5", 2: "2", 3: "3"}
        self.assertEqual(self.plan([0, 1, 2, 3, 4, 5], pairs.get), (0, 3, 1))

    def test_where_there_is_one_core_only_its_threads_have_to_do(self):
        self.assertEqual(self.plan([0, 1], lambda core: "0,1"), (0, 1, 1))


class TargetTest(unittest.TestCase):
    def test_median_against_the_limit_and_equal_passes(self):
        self.assertTrue(_bench.target("x", [9.0, 1.5, 1.0], 1.5, True, "")["met"])
        self.assertFalse(_bench.target("x", [9.0, 1.6, 1.0], 1.5, True, "")["met"])
        self.assertTrue(_bench.target("x", [25_000], 25_000, False, "")["met"])
        self.assertFalse(_bench.target("x", [24_999], 25_000, False, "")["met"])

    def test_nothing_shown_is_not_met(self):
        self.assertFalse(_bench.target("x", [], 1.5, True, "")["met"])
        self.assertFalse(_bench.target("x", [1.0, math.nan, 1.0], 1.5, True, "")["met"])

    def test_json_has_no_nan(self):
        self.assertEqual(_bench.finite({"a": [1.5, math.nan], "b": "nan"}),
                         {"a": [1.5, None], "b": "nan"})

    def test_extent(self):
        self.assertEqual(_bench.extent([3.0, None, 1.0]), {"min": 1.0, "median": 2.0, "max": 3.0})
        self.assertEqual(_bench.spread([], 2), "-")


class OpenLoopTest(unittest.TestCase):
    def test_on_time(self):
        times = [(5 + i * 1000, 5 + i * 1000) for i in range(11)]
        self.assertAlmostEqual(open_loop.achieved_percent(11, times), 100.0)
        self.assertEqual(open_loop.busy_seconds([(0, 10, 2_000_000_010), (1, 20, None)]), 2.0)

    def test_a_late_begin_does_not_raise_it(self):
        times = [(i * 1000, max(5000, i * 1000)) for i in range(11)]
        self.assertAlmostEqual(open_loop.achieved_percent(11, times), 100.0)

    def test_ever_later_and_not_sent_lower_it(self):
        times = [(i * 1000, i * 1250) for i in range(11)]
        self.assertAlmostEqual(open_loop.achieved_percent(11, times), 80.0)
        self.assertAlmostEqual(open_loop.achieved_percent(22, times), 40.0)
        self.assertEqual(open_loop.achieved_percent(1, []), 0.0)


class JudgeTest(unittest.TestCase):
    def judged(self, verdict, true_ms, bound_ms, limit_ms=1.0):
        return verdict_follows_truth.judge({
            "verdict": verdict, "limit_ms": limit_ms, "bound_ms": {"p99": bound_ms},
            "error_ms": {"all": {"p99": true_ms}}, "reported_ttft_ms": {"p99": 52.0},
            "true_ttft_ms": {"p99": 51.5}, "mock": {"late": False}})

    def test_follows_in_both_directions(self):
        self.assertTrue(self.judged("VALID", 0.9, 1.0)["follows"])
        self.assertTrue(self.judged("INVALID", 1.1, 1.0)["follows"])
        self.assertFalse(self.judged("VALID", 1.1, 1.0)["follows"])
        self.assertFalse(self.judged("INVALID", 0.9, 1.0)["follows"])
        self.assertTrue(self.judged("VALID", 1.0, 1.0)["follows"])

    def test_covers(self):
        self.assertTrue(self.judged("VALID", 0.5, 0.5)["covers"])
        self.assertFalse(self.judged("VALID", 0.5, 0.4)["covers"])
        self.assertAlmostEqual(self.judged("VALID", 0.5, 0.4)["off_p99_ms"], 0.5)

    def test_hogs_add_up_to_the_strength(self):
        self.assertEqual(verdict_follows_truth.shares(0), [])
        self.assertEqual(verdict_follows_truth.shares(0.3), [0.3])
        self.assertEqual(verdict_follows_truth.shares(1.5), [1.0, 0.5])
        self.assertEqual(verdict_follows_truth.shares(3), [1.0, 1.0, 1.0])
        self.assertEqual(len(verdict_follows_truth.STRENGTHS), 20)
        self.assertEqual(sorted(verdict_follows_truth.STRENGTHS),
                         list(verdict_follows_truth.STRENGTHS))


class RunnerTest(unittest.TestCase):
    def test_chosen_by_letter_or_name_in_the_order_of_running(self):
        self.assertEqual(bench.chosen("c,stream_cost"), ["stream_cost", "decoder"])
        self.assertEqual(bench.chosen(""), list(bench.BENCHES.values()))
        with self.assertRaisesRegex(ValueError, "there is no bench 'z'"):
            bench.chosen("a,z")

    def test_a_row_of_google_benchmark(self):
        row = decoder.read({"name": "chat/small/4", "items_per_second": 4e6,
                            "bytes_per_second": 8e8})
        self.assertEqual(row, {"decoder": "chat", "events": "small", "events_per_read": 4,
                               "ns_per_event": 250.0, "bytes_per_s": 8e8})


if __name__ == "__main__":
    unittest.main()
