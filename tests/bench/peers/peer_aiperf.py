"""AIPerf. Tokens are counted by the client, its default, with the tokenizer of _work.py."""

from _peer import QUIET, Peer, Reported, load_json
from _work import MODEL, TOKENS

RELEASE = "0.13.0"


def command(venv, work):
    prompts = work.write_prompts("prompts.jsonl", lambda text: {"text": text})
    return [f"{venv}/bin/aiperf", "profile", "--model", MODEL, "--url", work.base_url,
            "--endpoint-type", "chat", "--streaming", "--tokenizer", work.tokenizer,
            "--input-file", prompts, "--custom-dataset-type", "single_turn",
            "--request-count", str(work.requests), "--concurrency", str(work.streams),
            "--extra-inputs", f"max_tokens:{TOKENS}",
            "--output-artifact-dir", "outputs", "--ui", "none"]


def read(folder):
    result = load_json(folder, "outputs", "profile_export_aiperf.json")
    ttft = result["time_to_first_token"]
    if ttft["unit"] != "ms":
        raise ValueError(f"time_to_first_token is in {ttft['unit']}, not in ms")
    return Reported(ok=int(result["request_count"]["avg"]), ttft_p50_ms=ttft["p50"],
                    ttft_p99_ms=ttft["p99"])


PEER = Peer(
    name="aiperf", title=f"AIPerf {RELEASE}", command=command, read=read,
    # Its offline mode takes no tokenizer by path. With a path and no such mode it fetches nothing.
    venv="aiperf", install=(("aiperf==" + RELEASE,),), environment=QUIET,
    about="all its services and workers on the one core; no warm-up")
