"""Monsoon itself: `controller run`, which starts an agent of its own beside the controller."""

import harness
from _peer import QUIET, Peer, Reported, load_json
from _work import MODEL, TOKENS

SCENARIO = """\
name: peers
model: {model}
dataset: {{name: openqa, path: prompts.jsonl}}
concurrency: {streams}
engine: {{type: vllm, url: {url}}}
preflight: false
requests: {requests}
sampling: {{max_tokens: {tokens}}}
"""


def command(_, work):
    work.write_prompts("prompts.jsonl", lambda text: {"question": text})
    with open(work.path("scenario.yaml"), "w", encoding="utf-8") as file:
        file.write(SCENARIO.format(model=MODEL, streams=work.streams, url=work.chat_url,
                                   requests=work.requests, tokens=TOKENS))
    return [harness.program("controller"), "run", "scenario.yaml", "--out", "run", "--quiet"]


def read(folder):
    case = load_json(folder, "run", "report.json")["cases"][0]
    ttft_s = case["ttft_sent_s"]
    return Reported(ok=case["requests"]["ok"], ttft_p50_ms=ttft_s["p50"] * 1e3,
                    ttft_p99_ms=ttft_s["p99"] * 1e3, note=case["verdict"])


PEER = Peer(
    name="monsoon", title="Monsoon", command=command, read=read, environment=QUIET,
    ended_well=(0, 4),  # 4: the report is there, but it is not VALID
    about="controller, database, reports and agent all on the client's core; no warm-up")
