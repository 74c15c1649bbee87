"""Before any load each engine is asked once: what it is sent, what the user is told, what is kept."""

import json
import signal
import time
import unittest

from harness import Agent, MockEngine, unused_port
from python_engine import CHAT, PythonEngine, sse
from run_case import RunTest, scenario

MODELS = json.dumps({"object": "list", "data": [
    {"id": "mock", "object": "model", "owned_by": "vllm", "max_model_len": 8192}]})


class PreflightTest(RunTest):
    def assert_stopped(self, run, *fragments):
        self.assertEqual(run.status, 2, run.describe())
        for fragment in fragments:
            self.assertIn(fragment, run.stderr)
        self.assertIn("No load was sent. --no-preflight", run.stderr)
        self.assertIsNone(run.report, "a run that never started leaves no report")
        self.assertIsNone(run.db, "nor a database")

    def run_against(self, engine, text=None, *arguments):
        return self.run_controller(text or scenario(engine.url, 4, 2), *arguments)

    def test_exactly_the_listed_gets_and_one_post(self):
        with PythonEngine() as engine:
            # The one post is refused, so that nothing follows it.
            engine.answer("POST", CHAT, '{"error":"no"}', status=400)
            run = self.run_against(engine)
        self.assert_stopped(run, "the server refused the request", "no")
        self.assertEqual(engine.seen, [("POST", CHAT), ("GET", "/health"), ("GET", "/version"),
                                       ("GET", "/v1/models")])
        ids = {request["headers"]["x-request-id"] for request in engine.requests}
        self.assertEqual(len(ids), 1)
        self.assertRegex(ids.pop(), r"^[0-9a-f]+\.preflight\.0$")

    def test_it_is_the_cases_own_request(self):
        with PythonEngine() as engine:
            engine.answer("POST", CHAT, '{"error":"no"}', status=400)
            text = (scenario(engine.url, 4, 2) + "sampling: {temperature: 0.5, top_k: 3}\n")
            self.run_against(engine, text.replace(
                "type: vllm", "type: vllm, headers: {X-Tenant: load}"))
        post = engine.requests[0]
        body = json.loads(post["body"])
        self.assertEqual(body["messages"][0]["content"], "问题 0: why is the sky blue?")
        self.assertEqual((body["model"], body["temperature"], body["top_k"], body["stream"],
                          body["max_tokens"]), ("mock", 0.5, 3, True, 16))
        self.assertEqual(post["headers"]["X-Tenant"], "load")
        self.assertEqual(engine.requests[1]["headers"]["X-Tenant"], "load")
        self.assertNotIn("Content-Length", engine.requests[1]["headers"])

    def test_each_engine_is_asked_once_and_each_has_its_sentence(self):
        port = unused_port()
        with PythonEngine() as engine:
            engine.answer("POST", CHAT, '{"error":"Unauthorized"}', status=401)
            text = scenario(engine.url, 4, 2).replace("concurrency: 2", "concurrency: [1, 2]")
            engines = (f"engine: [{{type: vllm, url: {engine.url}}}, "
                       f"{{type: openai, name: gone, url: http://127.0.0.1:{port}{CHAT}}}]")
            text = "\n".join(engines if line.startswith("engine:") else line
                             for line in text.splitlines()) + "\n"
            run = self.run_against(engine, text)
        self.assert_stopped(run, "engine vllm", "wants an API key", "engine gone",
                            "Connection refused")
        self.assertEqual(engine.seen.count(("POST", CHAT)), 1)
        sentences = [line for line in run.stderr.splitlines() if line.startswith("engine ")]
        self.assertEqual([line.split(" (")[0] for line in sentences], ["engine vllm", "engine gone"])

    def test_an_unknown_model(self):
        with PythonEngine() as engine:
            engine.answer("POST", CHAT, '{"error":{"message":"The model `mock` does not exist."}}',
                          status=404)
            engine.answer("GET", "/v1/models", MODELS.replace('"mock"', '"mock-7b"'))
            run = self.run_against(engine)
        self.assert_stopped(run, "no model 'mock'", "did you mean 'mock-7b'?")

    def test_a_route_that_is_not_there(self):
        with PythonEngine() as engine:
            run = self.run_against(engine, scenario(engine.base + "/chat", 4, 2))
        self.assert_stopped(run, "no route /chat")
        self.assertEqual(engine.seen, [("POST", "/chat")], "where its root is, is not known")

    def test_another_engine_is_guessed(self):
        with PythonEngine() as engine:
            engine.answer("POST", CHAT, sse(
                {"index": 1, "token": {"id": 1, "text": "Hi", "special": False},
                 "generated_text": "Hi", "details": None}, done=False),
                content_type="text/event-stream")
            run = self.run_against(engine)
        self.assert_stopped(run, "answered like TGI; did you mean type: tgi?")

    def test_an_html_page(self):
        with PythonEngine() as engine:
            engine.answer("POST", CHAT, "<html><head><title>Welcome to nginx!</title></head></html>",
                          content_type="text/html")
            run = self.run_against(engine)
        self.assert_stopped(run, "Welcome to nginx!", "proxy")

    def test_nobody_listens_and_no_name(self):
        run = self.run_controller(scenario(f"http://127.0.0.1:{unused_port()}{CHAT}", 4, 2))
        self.assert_stopped(run, "Connection refused", "is the engine running there?")
        run = self.run_controller(scenario(f"http://no-such-host.invalid{CHAT}", 1, 1), out="b")
        self.assert_stopped(run, "does not resolve")

    def test_plain_http_behind_https(self):
        with PythonEngine() as engine:
            run = self.run_against(engine, scenario(engine.url.replace("http:", "https:"), 4, 2))
        self.assert_stopped(run, "write http:// in engine.url")

    def test_what_the_engine_said_is_kept(self):
        with PythonEngine() as engine:
            engine.answer_chat()
            engine.answer("GET", "/health")
            engine.answer("GET", "/version", '{"version":"0.9.1"}')
            engine.answer("GET", "/v1/models", MODELS)
            run = self.run_against(engine)
        self.assertEqual(run.status, 0, run.describe())
        (kept,) = run.report["run"]["engines"]
        self.assertEqual((kept["engine"], kept["type"], kept["url"], kept["model"]),
                         ("vllm", "vllm", engine.url, "mock"))
        self.assertEqual((kept["version"], kept["models"], kept["health"], kept["owned_by"],
                          kept["limits"], kept["token_source"], kept["warnings"]),
                         ("0.9.1", ["mock"], "ok", "vllm", {"max_model_len": 8192}, "usage", []))
        self.assertGreater(kept["first_token_s"], 0)
        self.assertIn("version 0.9.1, serves mock", run.stderr)
        self.assertIn("version 0.9.1, serves mock", run.stdout)
        row = run.db.execute("SELECT facts FROM engines").fetchone()
        self.assertEqual(json.loads(row["facts"])["version"], "0.9.1")
        # It is no request of the run, but the engine has seen its prompt.
        self.assertEqual(len(run.requests()), 4)
        self.assertEqual(len([each for each in engine.seen if each[0] == "POST"]), 5)
        case = self.only_case(run)
        self.assertEqual(case["repeated_prompt_share"], 0.25)
        self.assertNotIn("prefix cache", " ".join(case["warnings"]))

    def test_warnings_go_on(self):
        with PythonEngine() as engine:
            engine.answer_chat(usage=False)
            run = self.run_against(engine)
        self.assertIn("warning: the answer reports no token usage", run.stderr)
        self.assertIn("no token usage", run.stdout)
        self.assertEqual(self.only_case(run)["requests"]["ok"], 4, run.describe())

    def test_it_can_be_left_out(self):
        for out, text, arguments in (("key", "preflight: false\n", ()),
                                     ("flag", "", ("--no-preflight",))):
            with self.subTest(out), PythonEngine() as engine:
                engine.answer_chat()
                run = self.run_controller(scenario(engine.url, 4, 2) + text, *arguments, out=out)
                self.assertEqual(run.status, 0, run.describe())
                self.assertEqual(engine.seen, [("POST", CHAT)] * 4)
                self.assertEqual(run.report["run"]["engines"], [])
                self.assertEqual(self.only_case(run)["repeated_prompt_share"], 0)

    def test_with_unique_prompts_its_own_is_unique_too(self):
        with PythonEngine() as engine:
            engine.answer_chat()
            text = scenario(engine.url, 4, 2).replace(
                "path: questions.jsonl", "path: questions.jsonl, cache_bust: true")
            run = self.run_against(engine, text)
        self.assertEqual(run.status, 0, run.describe())
        prompts = [json.loads(request["body"])["messages"][0]["content"][:15]
                   for request in engine.requests if request["method"] == "POST"]
        self.assertEqual(len(set(prompts)), 5, prompts)
        self.assertEqual(self.only_case(run)["repeated_prompt_share"], 0)

    def test_a_remote_agent_asks_for_its_controller(self):
        with Agent() as agent, MockEngine("--ttft", "5ms", "--tokens", 5) as mock:
            run = self.run_controller(scenario(mock.url, 8, 2), "--agents", agent.address)
        self.assertEqual(run.status, 0, run.describe())
        self.assertEqual(run.report["run"]["engines"][0]["agent"], agent.address)
        self.assertEqual(len(mock.preflight), 1)
        self.assert_ids_match(run, mock)

    def test_silence_ends_at_the_limit(self):
        with MockEngine("--fault", "hang_before_headers") as mock:
            begin = time.monotonic()
            run = self.run_controller(scenario(mock.url, 4, 2) + "timeouts: {first_token: 1s}\n")
        self.assert_stopped(run, "gave no answer", "no token within 1000 ms")
        self.assertLess(time.monotonic() - begin, 30)

    def test_a_signal_ends_it(self):
        with MockEngine("--fault", "hang_before_headers") as mock:
            started = self.start_run(scenario(mock.url, 4, 2))
            time.sleep(1.5)
            started.signal(signal.SIGINT)
            begin = time.monotonic()
            run = started.wait(30)
        self.assertLess(time.monotonic() - begin, 15)
        self.assertEqual(run.status, 2, run.describe())
        self.assertIn("interrupted before any load", run.stderr)


if __name__ == "__main__":
    unittest.main()
