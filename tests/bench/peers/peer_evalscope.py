"""EvalScope perf. Token counts from the server's usage, as without --tokenizer-path."""

import glob
import os

from _peer import OFFLINE, Peer, Reported, load_json
from _work import MODEL, TOKENS

RELEASE = "1.14.1"


def command(venv, work):
    prompts = work.write_prompts("prompts.jsonl", lambda text: {"question": text})
    return [f"{venv}/bin/evalscope", "perf", "--api", "openai", "--url", work.chat_url,
            "--model", MODEL, "--dataset", "openqa", "--dataset-path", prompts,
            "--number", str(work.requests), "--parallel", str(work.streams),
            "--max-tokens", str(TOKENS), "--stream",
            "--outputs-dir", "outputs", "--no-timestamp", "--name", "run"]


def read(folder):
    found = glob.glob(os.path.join(folder, "outputs", "run", "parallel_*"))
    if len(found) != 1:
        raise FileNotFoundError(f"outputs/run has {len(found)} folders parallel_*")
    percentiles = {row["Percentiles"]: row["TTFT (ms)"]
                   for row in load_json(found[0], "benchmark_percentile.json")}
    summary = load_json(found[0], "benchmark_summary.json")
    return Reported(ok=summary["Success Requests"], ttft_p50_ms=percentiles["50%"],
                    ttft_p99_ms=percentiles["99%"])


PEER = Peer(
    name="evalscope", title=f"EvalScope perf {RELEASE}", command=command, read=read,
    venv="evalscope", install=(("evalscope[perf]==" + RELEASE,),), environment=OFFLINE,
    about="one request before the load tests the connection; no other warm-up")
