"""Answers of some MiB whose text is kept: each travels whole, in one message far over the 4 MiB that
gRPC takes by default, over a link that breaks in its middle and to a disk that is slow; one over the
limit is left out, and the report says so."""

import json
import os
import sqlite3
import time
import unittest

from fleet import LEASE_S, FleetAgent, Relay, answered, check_books, fleet_scenario
from harness import MockEngine, wait_for
from run_case import RunTest

LIMIT = 4 << 20  # common/model/answer_text.h, docs/scenario.md
# tests/mock_engine/vocabulary.cc: token k of every answer.
WORDS = ["The", " monsoon", " brings", " rain", ",", " 季风", "带来", "雨", "\U0001F327", " and", " wind",
         ".", "\n", " Rivers", " \"rise\"", " again"]
KEEP = "keep_answers: true"
UNLIMITED = "sampling: {max_tokens: 10000000}"


def answer_of(tokens):
    whole, rest = divmod(tokens, len(WORDS))
    return ("".join(WORDS) * whole + "".join(WORDS[:rest])).encode()


def longest():
    """Tokens of the longest answer that is kept."""
    tokens = LIMIT // len(answer_of(len(WORDS))) * len(WORDS)
    while len(answer_of(tokens + 1)) <= LIMIT:
        tokens += 1
    return tokens


class LongAnswersTest(RunTest):
    REQUESTS = 4

    @staticmethod
    def engine(tokens, *flags):
        """In events of some 9 KiB, one right after another."""
        return MockEngine("--ttft", "5ms", "--itl", "0ms", "--tokens", tokens,
                          "--tokens-per-chunk", 2000, *flags)

    def scenario(self, mock, lease_s=LEASE_S):
        return fleet_scenario(mock.url, self.REQUESTS, 2, KEEP, UNLIMITED, lease_s=lease_s)

    @staticmethod
    def stored(run):
        """{request: its text}"""
        texts = {}
        for row in run.db.execute("SELECT request_index, text FROM answers "
                                  "ORDER BY request_index, position"):
            text = row["text"]
            texts[row["request_index"]] = texts.get(row["request_index"], b"") + (
                text.encode() if isinstance(text, str) else text)
        return texts

    def assert_all_kept(self, run, mock, text):
        self.assertEqual(run.status, 0, run.describe())
        self.assertEqual(check_books(run, mock.truth)["ok"], self.REQUESTS)
        texts = self.stored(run)
        self.assertEqual(sorted(texts), list(range(self.REQUESTS)))
        for index, kept in texts.items():
            self.assertEqual(len(kept), len(text), f"of request {index}")
            self.assertTrue(kept == text, f"the text of request {index} is another")
        self.assertEqual(self.only_case(run)["flags"]["text_too_long"], 0)

    def test_the_longest_answers_are_stored_word_for_word(self):
        with self.engine(longest()) as mock, FleetAgent() as a, FleetAgent() as b:
            run = self.run_controller(self.scenario(mock), "--agents", f"{a.address},{b.address}")
            mock.stop()
        text = answer_of(longest())
        self.assertGreater(len(text), LIMIT - 8)
        self.assert_all_kept(run, mock, text)
        with open(os.path.join(run.run_dir, "answers.jsonl"), encoding="utf-8") as lines:
            self.assertEqual([json.loads(line)["content"] for line in lines],
                             [text.decode()] * self.REQUESTS)

    def test_a_link_that_breaks_in_the_middle_of_one(self):
        """Each is sent again from its beginning, and stored once."""
        with self.engine(longest()) as mock, FleetAgent("--spool-memory-bytes", 4096) as a, \
             Relay(a) as way:
            way.tell("rate down 10000000")
            started = self.start_run(self.scenario(mock, lease_s=6), "--agents", way.address)
            for _ in range(2):
                wait_for(lambda: way.status()["open"] > 0, 20, "a connection")
                seen, cuts = way.status()["down"], way.status()["cuts"]
                way.tell("cut down 2000000 rst")
                wait_for(lambda: way.status()["cuts"] > cuts, 20, "the cut")
                self.assertLess(way.status()["down"] - seen, LIMIT)
            run = started.wait(60)
            self.addCleanup(run.db.close)
            mock.stop()
        self.assert_all_kept(run, mock, answer_of(longest()))

    def test_a_slow_disk_costs_the_controller_no_memory(self):
        """A database that takes nothing for a while: what has no place there stays with the agent."""
        requests, tokens = 120, longest() // 4
        with self.engine(tokens) as mock, FleetAgent("--spool-memory-bytes", 4 << 20) as a:
            text = fleet_scenario(mock.url, requests, 4, KEEP, UNLIMITED, lease_s=10)
            started = self.start_run(text, "--agents", a.address)
            wait_for(lambda: answered(mock) > 4, 60, "answers")
            disk = sqlite3.connect(os.path.join(started.run_dir, "run.db"), isolation_level=None)
            disk.execute("BEGIN IMMEDIATE")
            try:
                before = self.peak_bytes(started.process)
                wait_for(lambda: answered(mock) == requests, 8, "all answers")
                time.sleep(0.5)
                grown = self.peak_bytes(started.process) - before
            finally:
                disk.execute("ROLLBACK")
                disk.close()
            run = started.wait(60)
            self.addCleanup(run.db.close)
            mock.stop()
        # Sixteen batches may wait (controller/io/agents/grpc_agent_link.h), each of one such answer.
        self.assertLess(grown, 60 << 20, "of over 100 MiB")
        self.assertEqual(run.status, 0, run.describe())
        self.assertEqual(check_books(run, mock.truth)["ok"], requests)
        self.assertEqual({len(text) for text in self.stored(run).values()}, {len(answer_of(tokens))})

    @staticmethod
    def peak_bytes(process):
        with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) << 10

    def test_two_channels_in_one_answer(self):
        """Where the reasoning ends and the content begins is known to the byte."""
        reasoning = 5000
        with self.engine(20_000, "--reasoning", reasoning) as mock, FleetAgent() as a:
            run = self.run_controller(self.scenario(mock), "--agents", a.address)
            mock.stop()
        self.assert_all_kept(run, mock, answer_of(20_000))
        lengths = {tuple(row) for row in run.db.execute(
            "SELECT channel, length(CAST(text AS BLOB)) FROM answers")}
        first = len(answer_of(reasoning))
        self.assertEqual(lengths, {("reasoning", first),
                                   ("content", len(answer_of(20_000)) - first)})

    def test_one_that_is_longer_is_left_out_and_told(self):
        with self.engine(2 * longest()) as mock, FleetAgent() as a:
            run = self.run_controller(self.scenario(mock), "--agents", a.address)
            mock.stop()
        self.assertEqual(run.status, 0, run.describe())
        self.assertEqual(check_books(run, mock.truth)["ok"], self.REQUESTS)
        case = self.only_case(run)
        self.assertEqual(case["flags"]["text_too_long"], self.REQUESTS)
        self.assertIn("4 answers were longer than 4 MiB: their text was not kept",
                      " ".join(case["warnings"]))
        self.assertEqual(self.stored(run), {}, "a part is no answer")


if __name__ == "__main__":
    unittest.main()
