"""Runs a scenario against a real llama.cpp server with a tiny model, and checks every count.

    python3 tests/real/llama_cpp.py PATH/TO/llama-server [--out DIR]

All five text routes of the server, streamed and not. Each answer must be ok, have as many tokens as
were asked for, and as many by the model's tokenizer as the server reports. Not part of `./dev test`,
which has no such server. Programs: build/bin, or $MONSOON_BIN. docs/engines.md says how to get the
server.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

import tiny_model

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ROUTES = ("native", "chat", "completions", "responses", "messages")
RAW = ("native", "completions")
SLOTS, REQUESTS, TOKENS = 8, 40, 48


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def await_health(server, port):
    for _ in range(300):
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1) as answer:
                if answer.status == 200:
                    return
        except OSError:
            pass
        time.sleep(0.1)
    sys.exit("the server did not become healthy; what it said is in server.txt")


def scenario(folder, port):
    engines = [{"type": "llama.cpp", "name": route, "route": route,
                "url": f"http://127.0.0.1:{port}",
                **({"prompt_template": "chatml"} if route in RAW else {})} for route in ROUTES]
    shared = {"dataset": {"name": "openqa",
                          "path": os.path.join(ROOT, "configs/data/openqa_zh_sample.jsonl")},
              "concurrency": SLOTS, "requests": REQUESTS, "engine": engines}
    cases = [{**shared, "model": {"name": name, "tokenizer": folder},
              "sampling": {"max_tokens": TOKENS, "stream": stream}}
             for name, stream in (("tiny", True), ("tiny-whole", False))]
    path = os.path.join(folder, "llama.yaml")
    with open(path, "w", encoding="utf-8") as file:  # JSON is YAML
        json.dump({"name": "llama-cpp", "verify_usage": True, "cases": cases}, file)
    return path


def complaints(case):
    output = case["tokens"]["usage_check"]["output"]
    found = []
    if case["requests"]["ok"] != REQUESTS:
        found.append(f"{case['requests']['ok']} of {REQUESTS} ok: {case['requests']['errors']}")
    if case["tokens"]["output"] != REQUESTS * TOKENS:
        found.append(f"{case['tokens']['output']} tokens instead of {REQUESTS * TOKENS}")
    if output["requests"] != REQUESTS or output["differ"] != 0:
        found.append(f"reported and counted tokens differ: {output}")
    return found


def check(report):
    failed = False
    for case in report["cases"]:
        ttft = case["ttft_s"]["p50"] if case["ttft_s"]["count"] else None
        found = complaints(case)
        failed |= bool(found)
        print(f"{case['name']:32}  {case['verdict']:8}  ok {case['requests']['ok']}/{REQUESTS}  "
              f"{case['tokens']['output']} tokens reported, "
              f"{case['tokens']['usage_check']['output']['counted']} counted  "
              f"TTFT p50 {'-' if ttft is None else f'{ttft * 1e3:.1f} ms'}  "
              f"{'; '.join(found) or 'as it should be'}")
    return 1 if failed or len(report["cases"]) != 2 * len(ROUTES) else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("server", help="the program llama-server")
    parser.add_argument("--out", help="the run's folder; default: a temporary one")
    options = parser.parse_args()
    controller = os.path.join(os.environ.get("MONSOON_BIN", os.path.join(ROOT, "build/bin")),
                              "controller")
    with tempfile.TemporaryDirectory() as folder:
        tiny_model.write_model(folder)
        out = options.out or os.path.join(folder, "run")
        port = free_port()
        with open(os.path.join(folder, "server.txt"), "w", encoding="utf-8") as log:
            server = subprocess.Popen(
                [options.server, "-m", os.path.join(folder, "model.gguf"), "--host", "127.0.0.1",
                 "--port", str(port), "-np", str(SLOTS), "-c", str(SLOTS * 1024), "--threads", "1"],
                stdout=log, stderr=log)
            try:
                await_health(server, port)
                status = subprocess.run([controller, "run", scenario(folder, port), "--out", out],
                                        stdout=subprocess.DEVNULL, timeout=300).returncode
            finally:
                server.terminate()
                server.wait()
        if status not in (0, 4):  # 4: a busy machine; the counts hold all the same
            sys.exit(f"the run ended with status {status}")
        with open(os.path.join(out, "report.json"), encoding="utf-8") as file:
            return check(json.load(file))


if __name__ == "__main__":
    sys.exit(main())
