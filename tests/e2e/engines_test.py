"""Every engine type and route, streamed and in one piece, against the mock engine that speaks as it:
the right token counts, TTFT as the mock's log has it, and each misbehaviour with its class."""

import concurrent.futures
import json
import os
import unittest

from harness import MockEngine
from run_case import LOOSE_VERDICT, NO_PREFLIGHT, RunTest

TOKENS = 8
REQUESTS = 3
TIMING_TRIES = 4
TTFT_ERROR_MS = 2.0
# Runs side by side where no time is measured: each is mostly waiting, for the starts of its cases.
SIDE_BY_SIDE = 4
INVALID_UTF8 = 64  # a flag of a record

CHAT, COMPLETIONS = "/v1/chat/completions", "/v1/completions"
RESPONSES, MESSAGES = "/v1/responses", "/v1/messages"
OPENAI = {"chat": CHAT, "completions": COMPLETIONS, "responses": RESPONSES}
TRITON = "/v2/models/mock/generate_stream"

# type -> route -> path; the mock of that dialect answers it.
ENGINES = {
    "openai": OPENAI,
    "vllm": OPENAI | {"messages": MESSAGES},
    "lmdeploy": OPENAI | {"messages": MESSAGES, "native": "/generate"},
    "triton": {"native": TRITON, "llm-api": TRITON, "vllm-backend": TRITON, "chat": CHAT,
               "completions": COMPLETIONS},
    "trtllm-serve": OPENAI,
    "tgi": {"chat": CHAT, "completions": COMPLETIONS, "native": "/generate_stream"},
    "deepspeed-mii": {"chat": CHAT, "completions": COMPLETIONS, "native": "/generate",
                      "gateway": "/mii/mock"},
    "sglang": OPENAI | {"messages": MESSAGES, "native": "/generate"},
    "llama.cpp": OPENAI | {"messages": MESSAGES, "native": "/completion"},
    "ollama": OPENAI | {"messages": MESSAGES, "native": "/api/chat", "generate": "/api/generate"},
    "anthropic": {"messages": MESSAGES},
    "azure": {"chat": "/openai/deployments/mock/chat/completions?api-version=2024-10-21",
              "completions": "/openai/deployments/mock/completions?api-version=2024-10-21",
              "responses": "/openai/v1/responses"},
    "dashscope": {"native": "/api/v1/services/aigc/text-generation/generation",
                  "chat": "/compatible-mode/v1/chat/completions"},
}
NEVER_STREAMS = {("deepspeed-mii", "gateway")}

# No token counts in a stream: what is counted are its events.
UNCOUNTED_STREAMS = {("deepspeed-mii", route) for route in ("chat", "completions", "native")} | {
    ("triton", route) for route in ("llm-api", "vllm-backend")}
UNCOUNTED_WHOLES = {("deepspeed-mii", "native")} | {
    ("triton", route) for route in ("llm-api", "vllm-backend")}

# No finish reason anywhere.
UNFINISHED = {("triton", route) for route in ("native", "llm-api", "vllm-backend")} | {
    ("deepspeed-mii", "native")}

RESULTS = {
    "embeddings": {"vllm": "/v1/embeddings", "openai": "/v1/embeddings", "tgi": "/v1/embeddings",
                   "sglang": "/v1/embeddings", "llama.cpp": "/v1/embeddings",
                   "ollama": "/v1/embeddings", "dashscope": "/compatible-mode/v1/embeddings",
                   "azure": "/openai/deployments/mock/embeddings?api-version=2024-10-21"},
    "rerank": {"vllm": "/v1/rerank", "openai": "/v1/rerank", "tgi": "/rerank",
               "sglang": "/v1/rerank", "llama.cpp": "/v1/rerank"},
}

# Routes that no other type has: one mock speaks them all.
BY_ROUTE = {
    ("vllm", "chat"): CHAT,
    ("vllm", "completions"): COMPLETIONS,
    ("vllm", "responses"): RESPONSES,
    ("vllm", "messages"): MESSAGES,
    ("lmdeploy", "native"): "/generate",
    ("triton", "native"): TRITON,
    ("tgi", "native"): "/generate_stream",
    ("llama.cpp", "native"): "/completion",
    ("ollama", "native"): "/api/chat",
    ("azure", "chat"): ENGINES["azure"]["chat"],
    ("dashscope", "native"): ENGINES["dashscope"]["native"],
    ("dashscope", "chat"): ENGINES["dashscope"]["chat"],
}

# What the mock does -> the class of each route; "": of all others; None: a success.
FAULTS = {
    "http_307": {"": "error_http"},
    "http_401": {"": "error_http"},
    "http_422": {"": "error_http"},
    "http_503": {"": "error_http"},
    "http_529": {"": "error_http"},
    "http_502": {"": "error_http"},
    "error_in_200": {"": "error_in_200_body"},
    "html_page": {"": "bad_payload"},
    "error_first": {"": "error_in_stream", "triton/native": "error_http",
                    "llama.cpp/native": "error_http", "ollama/native": "error_http"},
    "error_in_stream": {"": "error_in_stream"},
    "truncate": {"": "truncated"},
    # All was said, and only HTTP's end is missing: fatal where that alone says so.
    "cut_end": {"": None, "triton/native": "truncated", "dashscope/native": "truncated"},
    "reset": {"": "truncated"},
    "reset_after_headers": {"": "truncated"},
    "bad_json": {"": "bad_payload"},
    "gzip": {"": "bad_payload"},
    "empty": {"": "empty"},
    # A finish reason is an end too, where it comes before the terminator.
    "no_done": {"": None} | dict.fromkeys(
        ("vllm/responses", "tgi/native", "llama.cpp/native", "ollama/native", "dashscope/native"),
        "truncated"),
    "hang_before_first_token": {"": "timeout_first"},
    "hang_mid_stream": {"": "timeout_idle"},
}

# Answers that only look different.
FORMS = ("byte_writes", "split_writes", "bursts", "comments", "crlf", "cr", "no_space", "bom",
         "no_final_blank", "chunk_extensions", "content_length", "close_delimited", "early_hints",
         "slow_headers", "connection_close", "half_close", "reset_after_end", "long_line",
         "bad_utf8")

# Token k of every answer is word k, cycling (tests/mock_engine/vocabulary.cc).
WORDS = ("The", " monsoon", " brings", " rain", ",", " 季风", "带来", "雨", "\U0001F327", " and", " wind",
         ".", "\n", " Rivers", ' "rise"', " again")
LONG_ANSWER = 37  # tokens: each word more than once
THOUGHTS = 9  # of them, where the engine tells reasoning from content

# Types and routes that show no reasoning apart from the rest.
NO_REASONING = {(kind, route) for kind, routes in ENGINES.items() for route in routes
                if route in ("completions", "gateway", "llm-api", "vllm-backend")
                or (route == "native" and kind not in ("ollama", "dashscope"))} | {
                    ("tgi", "chat"), ("deepspeed-mii", "chat")}

SHORT_TIMEOUTS = "timeouts: {connect: 2s, first_token: 700ms, idle: 500ms, total: 5s}\n"


class EnginesTest(RunTest):
    """What both halves share."""

    def run_cases(self, engines, requests=REQUESTS, out="run", extra="", dataset=None):
        """`engines`: (type, route, url) each; their case's engine is called type/route."""
        lines = "".join(f"  - {{type: {kind}, route: {route}, name: {kind}/{route}, url: '{url}'}}\n"
                        for kind, route, url in engines)
        text = (f"name: engines\nmodel: mock\n"
                f"dataset: {dataset or '{name: openqa, path: questions.jsonl}'}\n"
                f"concurrency: 1\nrequests: {requests}\nengine:\n{lines}"
                f"{LOOSE_VERDICT}{NO_PREFLIGHT}{extra}")
        run = self.run_controller(self.write(f"{out}.yaml", text), out=out)
        self.assertIsNotNone(run.report, run.describe())
        cases = {case["engine"]: case for case in run.report["cases"]}
        self.assertEqual(set(cases), {f"{kind}/{route}" for kind, route, _ in engines},
                         run.describe())
        return run, cases

    def mocks(self, types, *flags, tokens=TOKENS):
        """A mock of each type in its own dialect, running until the test ends."""
        started = {}
        for kind in types:
            mock = MockEngine("--ttft", "12ms", "--itl", "1ms", "--tokens", tokens, "--dialect",
                              kind, *flags)
            mock.__enter__()
            self.addCleanup(mock.stop)
            started[kind] = mock
        return started

    @staticmethod
    def rows_by_engine(run):
        """Engine's name -> the rows of its case."""
        rows = {}
        for row in run.db.execute("SELECT requests.*, cases.name AS case_name FROM requests"
                                  " JOIN cases USING (case_id)"):
            rows.setdefault(row["case_name"].split("/c1/")[1], []).append(row)
        return rows


class EngineTimesTest(EnginesTest):
    def check_rows(self, name, rows, truth, streamed, finish):
        kind, route = name.split("/")
        for row in rows:
            sent = truth[row["request_id"]]
            self.assertEqual((row["status"], sent["outcome"]), ("ok", "ok"), row["error_message"])
            uncounted = (kind, route) in (UNCOUNTED_STREAMS if streamed else UNCOUNTED_WHOLES)
            if uncounted:
                self.assertNotEqual(row["token_source"], "usage")
            else:
                self.assertEqual(row["token_source"], "usage")
                self.assertEqual(row["output_tokens"], sent["tokens"])
            if row["input_tokens"] is not None:
                self.assertEqual(row["input_tokens"], sent["prompt_tokens"])
            self.assertEqual(row["flags"] & INVALID_UTF8, 0)
            if streamed:
                self.assertEqual(row["token_events"], TOKENS if finish == "stop" else 6)
            self.assertEqual(row["finish_reason"], None if (kind, route) in UNFINISHED else finish)

    def ttft_errors(self, rows, truth):
        """ms by which each row's TTFT is off, less the mock's own lateness beyond the limit."""
        for row in rows:
            sent = truth[row["request_id"]]
            recorded = row["first_token_ns"] - row["sent_ns"]
            yield abs(recorded - (sent["first_token_ns"] - sent["received_ns"])) / 1e6

    def late_ms(self, rows, truth):
        return max(truth[row["request_id"]]["first_token_lateness_ns"] for row in rows) / 1e6

    def check_engines(self, streamed, finish, extra):
        engines = {kind: {route: path for route, path in routes.items()
                          if not streamed or (kind, route) not in NEVER_STREAMS}
                   for kind, routes in ENGINES.items()}
        waiting = [(kind, route) for kind, routes in engines.items() for route in routes]
        for attempt in range(TIMING_TRIES):
            mocks = self.mocks(engines)
            run, cases = self.run_cases(
                [(kind, route, f"http://{mocks[kind].address}{engines[kind][route]}")
                 for kind, route in waiting], out=f"try{attempt}", extra=extra)
            for mock in mocks.values():
                mock.stop()
            truth = {row["request_id"]: row for mock in mocks.values() for row in mock.truth}
            rows = self.rows_by_engine(run)
            too_far = []
            for name, case in cases.items():
                with self.subTest(name):
                    self.assertEqual(case["requests"]["ok"], REQUESTS, case["error_samples"])
                    self.check_rows(name, rows[name], truth, streamed, finish)
                    if not streamed:
                        continue
                    limit = max(TTFT_ERROR_MS, self.late_ms(rows[name], truth))
                    # The best of its requests: a busy machine delays, but cannot make earlier.
                    if min(self.ttft_errors(rows[name], truth)) > limit:
                        too_far.append(tuple(name.split("/")))
            waiting = too_far
            if not waiting:
                return
        self.assertEqual(waiting, [], f"TTFT is further off than {TTFT_ERROR_MS} ms")

    def test_streams(self):
        self.check_engines(True, "length", "sampling: {max_tokens: 6}\n")

    def test_streams_that_end_by_themselves(self):
        self.check_engines(True, "stop", "")

    def test_answers_in_one_piece(self):
        self.check_engines(False, "stop", "sampling: {stream: false}\n")


class EngineAnswersTest(EnginesTest):
    def check_texts(self, streamed, thoughts):
        """What is kept of every answer is, byte for byte, what the mock says."""
        engines = {kind: [route for route in routes
                          if not streamed or (kind, route) not in NEVER_STREAMS]
                   for kind, routes in ENGINES.items()}
        mocks = self.mocks(engines, "--reasoning", thoughts, tokens=LONG_ANSWER)
        run, cases = self.run_cases(
            [(kind, route, f"http://{mocks[kind].address}{ENGINES[kind][route]}")
             for kind, routes in engines.items() for route in routes],
            extra=f"sampling: {{stream: {'true' if streamed else 'false'}}}\nkeep_answers: true\n")
        words = [WORDS[k % len(WORDS)] for k in range(LONG_ANSWER)]
        names = {case_id: name for case_id, name in
                 run.db.execute("SELECT case_id, name FROM cases")}
        answers = {}
        for row in run.db.execute("SELECT * FROM answers ORDER BY case_id, request_index, position"):
            key = (names[row["case_id"]].split("/c1/")[1], row["request_index"])
            answers.setdefault(key, []).append((row["channel"], row["text"]))
        self.assertEqual(set(answers), {(name, i) for name in cases for i in range(REQUESTS)})
        for (name, index), parts in answers.items():
            shown = 0 if tuple(name.split("/")) in NO_REASONING else thoughts
            expected = [("reasoning", "".join(words[:shown])), ("content", "".join(words[shown:]))]
            expected = [(channel, text.encode()) for channel, text in expected if text]
            with self.subTest(engine=name, request=index, streamed=streamed):
                # Which of the two comes first in a document is up to its engine.
                self.assertEqual(parts if streamed else sorted(parts, reverse=True), expected)
        return run, answers

    def test_texts_of_streams(self):
        self.check_texts(True, 0)

    def test_texts_and_reasoning_of_streams(self):
        run, answers = self.check_texts(True, THOUGHTS)
        with open(os.path.join(run.run_dir, "answers.jsonl"), encoding="utf-8") as file:
            lines = [json.loads(line) for line in file]
        self.assertEqual([{channel: text.decode() for channel, text in parts}
                          for parts in answers.values()],
                         [{key: line[key] for key in line if key not in ("case", "request_id")}
                          for line in lines])
        self.assertEqual([line["request_id"] for line in lines],
                         [row["request_id"] for row in run.requests("1 ORDER BY case_id,"
                                                                    " request_index")])

    def test_texts_in_one_piece(self):
        self.check_texts(False, THOUGHTS)

    def test_embeddings_and_rerank(self):
        self.write("embedding.jsonl", "".join(f'["text {i}", "more"]\n'
                                              for i in range(5)))
        self.write("rerank.jsonl", "".join(
            f'{{"query": "what {i}", "documents": ["this", "that", "those"]}}\n'
            for i in range(5)))
        for route, paths in RESULTS.items():
            mocks = self.mocks(paths)
            kind_of_data = "embedding" if route == "embeddings" else "rerank"
            run, cases = self.run_cases(
                [(kind, route, f"http://{mocks[kind].address}{path}")
                 for kind, path in paths.items()], out=route,
                dataset=f"{{name: d, path: {kind_of_data}.jsonl, format: {kind_of_data}}}")
            for mock in mocks.values():
                mock.stop()
            for name, case in cases.items():
                with self.subTest(name):
                    self.assertEqual(case["requests"]["ok"], REQUESTS, case["error_samples"])
                    self.assertEqual(case["ttft_s"]["count"], 0)
            self.assertEqual({row["http_status"] for row in run.requests()}, {200})

    def by_route(self, fault, out, requests=2, extra=SHORT_TIMEOUTS):
        with MockEngine("--ttft", "5ms", "--itl", "1ms", "--tokens", TOKENS,
                        "--fault", fault) as mock:
            return self.run_cases([(kind, route, f"http://{mock.address}{path}")
                                   for (kind, route), path in BY_ROUTE.items()],
                                  requests=requests, out=out, extra=extra)

    def by_route_each(self, faults, **options):
        """(fault, what by_route gives) for each of them."""
        with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            return zip(faults, pool.map(lambda fault: self.by_route(fault, fault, **options), faults))

    def test_misbehaviours_have_their_class_on_every_route(self):
        for fault, (_, cases) in self.by_route_each(FAULTS, requests=1):
            for name, case in cases.items():
                with self.subTest(fault=fault, engine=name):
                    expected = FAULTS[fault].get(name, FAULTS[fault][""])
                    self.assertEqual(case["requests"]["errors"],
                                     {expected: 1} if expected else {}, case["error_samples"])
                    self.assertEqual(case["requests"]["ok"], 0 if expected else 1)

    def test_forms_of_a_good_answer_are_all_read(self):
        for form, (run, cases) in self.by_route_each(FORMS):
            for name, case in cases.items():
                with self.subTest(form=form, engine=name):
                    self.assertEqual(case["requests"]["ok"], 2, case["error_samples"])
            self.assertEqual({row["output_tokens"] for row in run.requests()
                              if row["token_source"] == "usage"} - {TOKENS, TOKENS + 1}, set())


if __name__ == "__main__":
    unittest.main()
