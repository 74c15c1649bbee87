"""The engine can do anything: each misbehaviour gets its error class, the run goes on and adds up.

The classes are those of docs/metrics.md; what the engine really did is in the mock engine's log.
"""

import unittest

from harness import MockEngine
from run_case import LOOSE_VERDICT, NO_PREFLIGHT, RunTest, scenario

SHORT_TIMEOUTS = "timeouts: {connect: 2s, first_token: 700ms, idle: 500ms, total: 5s}\n"

# fault of the mock engine -> (error class, words of the message); None: a success.
FAULTS = {
    "http_401": ("error_http", "401"),
    "http_404": ("error_http", "404"),
    "http_429": ("error_http", "429"),
    "http_500": ("error_http", "500"),
    "http_503": ("error_http", "503"),
    "error_in_stream": ("error_in_stream", ""),
    "truncate": ("truncated", ""),
    "reset": ("truncated", ""),
    "no_done": None,
    "hang_before_headers": ("timeout_first", "timeouts"),
    "hang_before_first_token": ("timeout_first", "timeouts"),
    "hang_mid_stream": ("timeout_idle", "timeouts"),
    "close_without_reply": ("truncated", ""),
    "empty": ("empty", ""),
    "bad_json": ("bad_payload", ""),
    "keep_alive_close": None,
    "split_writes": None,
    "comments": None,
    "cached": None,
}


class FaultsTest(RunTest):
    def run_against(self, *flags, itl="2ms", tokens=10, extra="", requests=6, concurrency=3,
                    out="run"):
        with MockEngine("--ttft", "5ms", "--itl", itl, "--tokens", tokens, *flags) as mock:
            run = self.run_controller(
                scenario(mock.url, requests, concurrency,
                         LOOSE_VERDICT + NO_PREFLIGHT + SHORT_TIMEOUTS + extra),
                out=out)
        return run, mock

    def test_each_fault_has_its_class(self):
        for fault, expected in FAULTS.items():
            with self.subTest(fault=fault):
                run, mock = self.run_against("--fault", fault, out=fault)
                case = self.only_case(run)
                self.assert_conserved(case)
                # A stale connection is tried once more, visibly; nothing else is ever sent again.
                self.assertLessEqual(len(mock.truth), 12)
                if expected is None:
                    self.assertEqual(case["requests"]["ok"], 6, run.describe())
                    continue
                error_class, words = expected
                self.assertEqual(case["requests"]["errors"], {error_class: 6}, run.describe())
                self.assertEqual(case["verdict"], "FAILED")
                self.assertEqual(run.status, 1)
                for row in run.requests():
                    self.assertIn(words, row["error_message"])

    def test_a_line_beyond_the_limit(self):
        run, _ = self.run_against("--fault", "long_line", extra="limits: {max_event_bytes: 1MiB}\n")
        self.assertEqual(self.only_case(run)["requests"]["errors"], {"line_too_long": 6})

    def test_a_long_line_within_the_limit_is_read(self):
        run, _ = self.run_against("--fault", "long_line")
        self.assertEqual(self.only_case(run)["requests"]["ok"], 6, run.describe())

    def test_the_total_limit_ends_an_endless_answer(self):
        run, _ = self.run_against(itl="100ms", tokens=1000, extra="sampling: {max_tokens: 1000}\n",
                                  requests=2)
        case = self.only_case(run)
        self.assertEqual(case["requests"]["errors"], {"timeout_total": 2})

    def test_some_failures_are_counted_beside_the_successes(self):
        run, mock = self.run_against("--fault", "http_500:0.3", "--seed", 7, requests=60)
        case = self.only_case(run)
        failed = sum(1 for row in mock.truth if row["outcome"] == "fault:http_500")
        self.assertGreater(failed, 0)
        self.assertEqual(case["requests"]["failed"], failed)
        self.assertEqual(case["requests"]["ok"], 60 - failed)
        self.assertEqual(run.status, 3, "the default gate error_rate <= 1% was missed")

    def test_connections_that_end_with_a_good_answer(self):
        """As llama.cpp's server ends them: nothing is lost, and nothing is sent again unseen."""
        for fault in ("half_close", "reset_after_end", "half_close:0.5", "reset_after_end:0.5"):
            for out, flags, extra in (("stream", (), ""),
                                      ("plain", (), "sampling: {stream: false}\n"),
                                      ("bytes", ("--fault", "split_writes"), "")):
                with self.subTest(fault=fault, form=out):
                    run, mock = self.run_against(
                        "--fault", fault, *flags, requests=40, tokens=4, extra=extra,
                        out=f"{fault.replace(':', '_')}_{out}")
                    case = self.only_case(run)
                    self.assert_conserved(case)
                    self.assertEqual(case["requests"]["ok"], 40, run.describe())
                    self.assert_ids_match(run, mock)
                    self.assertEqual({row["outcome"] for row in mock.truth}, {"ok"})
                    # The engine answered once on each connection that it ended. A request that was
                    # written before the end was seen went into the void, and its second try says so.
                    connections = {row["connection"] for row in mock.truth}
                    if ":" in fault:
                        self.assertGreater(len(connections), 10)
                    else:
                        self.assertEqual(len(connections), 40)
                    stale = {row["request_id"] for row in run.requests("flags & 2")}
                    self.assertLess(len(stale), 40)
                    self.assertEqual(case["flags"].get("stale_connections", 0), len(stale))

    def test_an_end_that_is_cut_off(self):
        for out, fault, ok in (("most", "cut_end:0.5", 40), ("stream", "cut_end", 40)):
            with self.subTest(fault=fault):
                run, mock = self.run_against("--fault", fault, requests=40, tokens=4, out=out)
                case = self.only_case(run)
                self.assertEqual(case["requests"]["ok"], ok, run.describe())
                self.assert_ids_match(run, mock)
                self.assertEqual({row["output_tokens"] for row in run.requests()}, {4})
        run, mock = self.run_against("--fault", "cut_end", extra="sampling: {stream: false}\n")
        self.assertEqual(self.only_case(run)["requests"]["errors"], {"truncated": 6})
        self.assert_ids_match(run, mock)

    def test_lmdeploy_reasoning_and_plain_answers(self):
        for out, flags, extra in (
                ("lmdeploy", ("--dialect", "lmdeploy"), ""),
                ("reasoning", ("--reasoning", 4), ""),
                ("plain", (), "sampling: {stream: false}\n")):
            with self.subTest(out):
                run, mock = self.run_against(*flags, extra=extra, out=out)
                case = self.only_case(run)
                self.assertEqual(case["requests"]["ok"], 6, run.describe())
                self.assertEqual(sum(r["output_tokens"] for r in run.requests()), 60)
                self.assertEqual({r["token_source"] for r in run.requests()}, {"usage"})
                self.assertEqual(case["ttft_s"]["count"], 0 if out == "plain" else 6)
                self.assert_ids_match(run, mock)

    def test_without_usage_the_report_says_what_it_counted(self):
        run, _ = self.run_against("--no-stream-usage")
        self.assertEqual({r["token_source"] for r in run.requests()}, {"chunks"})
        self.assertIn("events", " ".join(self.only_case(run)["warnings"]))


if __name__ == "__main__":
    unittest.main()
