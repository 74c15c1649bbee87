"""GuideLLM, profile `concurrent`."""

from _peer import OFFLINE, Peer, Reported, load_json
from _work import MODEL, TOKENS

RELEASE = "0.8.1"


def command(venv, work):
    prompts = work.write_prompts(
        "prompts.jsonl", lambda text: {"prompt": text, "output_tokens_count": TOKENS})
    return [f"{venv}/bin/guidellm", "run",
            "--backend", f"kind=openai_http,target={work.base_url},model={MODEL}",
            "--profile", f"kind=concurrent,streams={work.streams}",
            "--constraint", f"kind=max_requests,count={work.requests}",
            "--tokenizer", f"kind=hf_auto,model={work.tokenizer}",
            "--data", f"kind=json_file,path={prompts}",
            "--output", "kind=json,path=report.json", "--disable-console"]


def read(folder):
    metrics = load_json(folder, "report.json")["benchmarks"][0]["metrics"]
    percentiles = metrics["time_to_first_token_ms"]["successful"]["percentiles"]
    return Reported(ok=metrics["request_totals"]["successful"], ttft_p50_ms=percentiles["p50"],
                    ttft_p99_ms=percentiles["p99"])


PEER = Peer(
    name="guidellm", title=f"GuideLLM {RELEASE}", command=command, read=read,
    venv="guidellm", install=(("guidellm==" + RELEASE,),), environment=OFFLINE,
    about="up to 10 worker processes on the one core; no warm-up, nothing trimmed")
