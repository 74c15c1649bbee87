"""A tiny engine of our own for tests of what reaches an engine at all: it writes down every request
(method, path, headers, body) and answers as told. Standard library only.

    with PythonEngine() as engine:
        engine.answer("POST", "/v1/chat/completions", status=200, body=..., content_type=...)
    engine.seen            # [(method, path)]
"""

import http.server
import json
import threading

CHAT = "/v1/chat/completions"


def sse(*payloads, done=True):
    lines = [json.dumps(payload) for payload in payloads] + (["[DONE]"] if done else [])
    return "".join(f"data: {line}\n\n" for line in lines)


def chat_stream(text="Hi", usage=True):
    """An answer of OpenAI's chat completions route."""
    def chunk(**members):
        return {"id": "c", "object": "chat.completion.chunk", "model": "mock", **members}
    chunks = [chunk(choices=[{"index": 0, "delta": {"content": text}, "finish_reason": None}]),
              chunk(choices=[{"index": 0, "delta": {}, "finish_reason": "stop"}])]
    if usage:
        chunks.append(chunk(choices=[], usage={"prompt_tokens": 3, "completion_tokens": 1}))
    return sse(*chunks)


class PythonEngine:
    def __init__(self):
        self.answers = {}
        self.requests = []  # dicts: method, path, headers, body
        engine = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self):
                size = int(self.headers.get("Content-Length", 0))
                engine.requests.append({"method": self.command, "path": self.path,
                                        "headers": dict(self.headers.items()),
                                        "body": self.rfile.read(size).decode("utf-8")})
                status, content_type, body = engine.answers.get(
                    (self.command, self.path), (404, "application/json", '{"detail":"Not Found"}'))
                raw = body.encode("utf-8")
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = _serve

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *exception):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    @property
    def port(self):
        return self.server.server_address[1]

    @property
    def base(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self):
        return self.base + CHAT

    @property
    def seen(self):
        return [(request["method"], request["path"]) for request in self.requests]

    def answer(self, method, path, body="", status=200, content_type="application/json"):
        self.answers[method, path] = (status, content_type, body)

    def answer_chat(self, **arguments):
        self.answer("POST", CHAT, chat_stream(**arguments), content_type="text/event-stream")
