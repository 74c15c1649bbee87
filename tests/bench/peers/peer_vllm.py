"""`vllm bench serve`, both clients that vllm's wheel holds: the Python one and the Rust one.

The wheel's own requirements (torch, CUDA, kernels: over 5 GB) serve its engine, so it is installed
without them. The Rust program runs as it is; for the Python one see _vllm_serve.py.
"""

import os

from _peer import OFFLINE, Peer, Reported, load_json
from _work import MODEL, TOKENS

RELEASE = "0.33.0"
INSTALL = (
    ("aiohttp", "numpy", "pandas", "pillow", "psutil", "pybase64", "pyyaml", "pyzmq", "regex",
     "requests", "tqdm", "transformers", "cbor2", "msgspec"),
    ("--no-deps", "vllm==" + RELEASE),
)


def arguments(work):
    prompts = work.write_prompts("prompts.jsonl", lambda text: {"prompt": text})
    return ["--backend", "openai-chat", "--base-url", work.base_url,
            "--endpoint", "/v1/chat/completions", "--model", MODEL,
            "--tokenizer", work.tokenizer, "--dataset-name", "custom", "--dataset-path", prompts,
            "--custom-output-len", str(TOKENS), "--skip-chat-template",
            "--num-prompts", str(work.requests), "--max-concurrency", str(work.streams),
            "--percentile-metrics", "ttft", "--metric-percentiles", "50,99",
            "--save-result", "--result-dir", ".", "--result-filename", "result.json"]


def python_command(venv, work):
    launcher = os.path.join(os.path.dirname(os.path.abspath(__file__)), "_vllm_serve.py")
    return [f"{venv}/bin/python", launcher, *arguments(work)]


def rust_command(venv, work):
    folder = f"{venv}/lib/{sorted(os.listdir(venv + '/lib'))[0]}/site-packages/vllm"
    return [f"{folder}/vllm-rs", "bench", "serve", *arguments(work)]


def read(folder):
    result = load_json(folder, "result.json")
    return Reported(ok=result["completed"], ttft_p50_ms=result["p50_ttft_ms"],
                    ttft_p99_ms=result["p99_ttft_ms"])


PYTHON = Peer(
    name="vllm", title=f"vllm bench serve {RELEASE}", command=python_command, read=read,
    venv="vllm", install=INSTALL, environment=OFFLINE,
    about="the wheel's Python client, without torch and the engine (_vllm_serve.py); no warm-up")

RUST = Peer(
    name="vllm-rs", title=f"vllm-rs bench serve {RELEASE}", command=rust_command, read=read,
    venv="vllm", install=INSTALL, environment=OFFLINE,
    about="the Rust client in the same wheel; no warm-up")
