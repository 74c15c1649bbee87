"""One run of the floor client or of the agent against a fresh mock engine, and what came of it.

Both get the same work from the same script, on the same core, with the mock engine on another.
Times in milliseconds. The truth of a request is the mock engine's log: first_token_ns -
received_ns.
"""

import contextlib
import csv
import json
import os
import random
import re
import subprocess
import tempfile

import _bench
import compare_truth
import harness

TIMEOUT_S = 300


class Work:
    """What is asked for. `tokens` is the mean length of the answers, which differ (half to one and
    a half times), and every answer begins at another moment of the token interval: streams that
    start together would else beat in step and end together, which no users do. The first answers
    wait until the mock engine has read the burst of requests that opens the streams."""

    FIRST_WAIT_MS_PER_STREAM = 0.05

    def __init__(self, streams, requests, tokens, ttft_ms, itl_ms, prompt_bytes, even=False):
        self.streams = streams
        self.requests = requests
        self.tokens = tokens
        self.ttft_ms = ttft_ms
        self.itl_ms = itl_ms
        self.prompt_bytes = prompt_bytes
        self.even = even  # every answer has the same script

    @property
    def max_tokens(self):
        return self.tokens if self.even else 2 * self.tokens

    def script(self):
        """(microseconds to the first token, tokens) of the answers, in the order of requests."""
        if self.even:  # one line, which the mock engine uses again and again
            return [(round(self.ttft_ms * 1000), self.tokens)]
        chance = random.Random(1)
        wait_ms = self.FIRST_WAIT_MS_PER_STREAM * self.streams
        return [(round(1000 * (self.ttft_ms + self.itl_ms * chance.random()
                               + (wait_ms if number < self.streams else 0))),
                 chance.randint(max(1, self.tokens // 2), max(1, self.tokens * 3 // 2)))
                for number in range(self.requests)]

    def mock_flags(self, folder):
        script = self.script()
        ttft, tokens = (os.path.join(folder, name) for name in ("ttft.txt", "tokens.txt"))
        with open(ttft, "w", encoding="ascii") as file:
            file.writelines(f"{us}us\n" for us, _ in script)
        with open(tokens, "w", encoding="ascii") as file:
            file.writelines(f"{count}\n" for _, count in script)
        return ["--ttft", f"file:{ttft}", "--itl", f"{self.itl_ms}ms", "--tokens", f"file:{tokens}"]

    def write_prompts(self, folder):
        path = os.path.join(folder, "prompts.txt")
        with open(path, "w", encoding="ascii") as file:
            file.writelines(f"Prompt {i:4} ".ljust(self.prompt_bytes, "x") + "\n"
                            for i in range(1000))
        return path


@contextlib.contextmanager
def mock_engine(work, cores, folder):
    with _bench.on_core(cores.mock), _bench.priority(2):
        mock = harness.MockEngine(*work.mock_flags(folder))
        mock.__enter__()
    try:
        yield mock
    finally:
        mock.stop(expect_success=False)


def mock_facts(mock):
    """Of a stopped mock engine."""
    late_ms = {name: ns / 1e6 for name, ns in mock.summary["lateness_ns"].items()}
    return {"events": mock.summary["events"], "cpu_s": mock.summary["cpu_s"],
            "max_concurrency": mock.summary["max_concurrency"], "late_ms": late_ms,
            "late": late_ms["p99"] > _bench.MOCK_LATE_LIMIT_MS}


def errors_ms(stamps, truth, streams):
    """How far each request's (sent, first) in `stamps`, by id, is from the log, as quantiles: over
    all requests, and over all but those that opened the streams. (These are sent in one burst,
    which the mock engine needs a while to read; until then the time is neither the client's nor in
    the log.)"""
    everything, later = [], []
    order = sorted((row for row in truth if row["first_token_ns"]), key=lambda r: r["received_ns"])
    for position, row in enumerate(order):
        if row["request_id"] not in stamps:
            continue
        sent_ns, first_ns = stamps[row["request_id"]]
        error = abs((first_ns - sent_ns) - (row["first_token_ns"] - row["received_ns"])) / 1e6
        everything.append(error)
        if position >= streams:
            later.append(error)
    return {"all": quantiles(everything), "later": quantiles(later)}


def quantiles(values):
    """p50, p99 and max; of nothing, nan: it meets no limit."""
    return {name: compare_truth.quantile(values, p) if values else float("nan")
            for name, p in (("p50", 0.5), ("p99", 0.99), ("max", 1.0))}


def bench_program(name):
    path = os.path.join(os.path.dirname(harness.BIN), "bench", name)
    if not os.access(path, os.X_OK):
        raise harness.HarnessError(f"{path} is missing: build it with ./dev build")
    return path


def run_floor(work, cores):
    with tempfile.TemporaryDirectory() as folder, mock_engine(work, cores, folder) as mock:
        times = os.path.join(folder, "times.csv")
        with _bench.on_core(cores.agent):
            done = subprocess.run(
                [bench_program("floor_client"), "--port", str(mock.port), "--streams",
                 str(work.streams), "--requests", str(work.requests), "--max-tokens",
                 str(work.max_tokens), "--prompt-bytes", str(work.prompt_bytes), "--times", times],
                capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
        if done.returncode != 0:
            raise harness.HarnessError(done.stderr)
        mock.stop()
        seen = json.loads(done.stdout)
        with open(times, newline="", encoding="ascii") as file:
            stamps = {row["request_id"]: (int(row["sent_ns"]), int(row["first_ns"]))
                      for row in csv.DictReader(file)}
    return {"client": "floor", "ok": seen["requests"], "lost": 0, "seconds": seen["seconds"],
            # As the agent counts: with the opening of the connections.
            "cpu_s": seen["cpu_connect_s"] + seen["cpu_load_s"], "cpu_load_s": seen["cpu_load_s"],
            "reads": seen["reads"], "error_ms": errors_ms(stamps, mock.truth, work.streams),
            "rss_base_bytes": seen["rss_base_bytes"], "rss_load_bytes": seen["rss_load_bytes"],
            "mock": mock_facts(mock)}


SCENARIO = """\
name: bench
model: mock
dataset: {{name: prompts, format: line_by_line, path: {prompts}}}
engine: {{type: vllm, url: "{url}"}}
preflight: false
sampling: {{max_tokens: {max_tokens}}}
gates: []
{load}
"""


def closed_loop(work):
    return f"concurrency: {work.streams}\nrequests: {work.requests}"


def run_agent(work, cores, load=closed_loop, beside=contextlib.nullcontext,
              look=lambda run: None):
    """`load(work)`: the lines of the scenario that say how much. `beside()`: runs meanwhile.
    `look(run)` may read what the run left before it is removed."""
    with tempfile.TemporaryDirectory() as folder, mock_engine(work, cores, folder) as mock, \
            contextlib.ExitStack() as stack:
        with _bench.on_core(cores.agent):
            agent = stack.enter_context(harness.Agent())
        base_bytes = memory_bytes(agent.process.pid, "VmRSS")
        scenario = os.path.join(folder, "bench.yaml")
        with open(scenario, "w", encoding="utf-8") as file:
            file.write(SCENARIO.format(prompts=work.write_prompts(folder), url=mock.url,
                                       max_tokens=work.max_tokens, load=load(work)))
        with beside():
            run = run_controller(scenario, agent.address, cores, folder)
        top_bytes = memory_bytes(agent.process.pid, "VmHWM")
        if run.report is None or run.db is None:
            raise harness.HarnessError(run.describe())
        stamps = {row["request_id"]: (row["sent_ns"], row["first_token_ns"]) for row in
                  run.requests("status = 'ok' AND first_token_ns IS NOT NULL")}
        look(run)
        run.db.close()
        agent.stop()
        mock.stop()
    return agent_row(run.report["cases"][0], stamps, mock, work) | {
        "rss_base_bytes": base_bytes, "rss_load_bytes": top_bytes}


def run_controller(scenario, agent_address, cores, folder):
    with _bench.on_core(cores.rest), _bench.priority(1):
        run = harness.ControllerRun(scenario, "--agents", agent_address, folder=folder, out="run")
        # Where it shares the mock engine's core, the mock engine goes before it. (Niceness counts
        # within a terminal's group only, and both are in ours.)
        os.setpriority(os.PRIO_PROCESS, run.process.pid, 10)
    return run.wait(TIMEOUT_S)


def memory_bytes(pid, name):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return int(re.search(rf"^{name}:\s+(\d+) kB", file.read(), re.MULTILINE).group(1)) * 1024


def milliseconds(statistics_s, *names):
    """These members of one of the report's mappings. What the report lacks, as where an agent was
    lost, is not a number: it prints as nan, and meets no limit."""
    known = statistics_s or {}
    return {name: float("nan") if known.get(name) is None else known[name] * 1e3 for name in names}


def agent_row(case, stamps, mock, work):
    requests = case["requests"]
    return {"client": "agent", "planned": requests["planned"], "ok": requests["ok"],
            "lost": requests["planned"] - requests["ok"], "seconds": case["window_s"],
            "cpu_s": sum(agent["cpu_s"] for agent in case["agents"]),
            "error_ms": errors_ms(stamps, mock.truth, work.streams),
            "reported_ttft_ms": milliseconds(case["ttft_sent_s"], "p50", "p99"),
            "true_ttft_ms": quantiles([(row["first_token_ns"] - row["received_ns"]) / 1e6
                                       for row in mock.truth if row["request_id"] in stamps]),
            "lateness_ms": milliseconds(case["lateness_s"], "p50", "p99", "max"),
            "bound_ms": milliseconds(case["client"]["error_bound_s"], "p50", "p99"),
            "loop_lag_ms": milliseconds(case["client"]["loop_lag_s"], "p50", "p99"),
            "limit_ms": case["verdict_limits"]["effective_max_error_s"] * 1e3,
            "peak_concurrency": case["peak_concurrency"], "verdict": case["verdict"],
            "reasons": case["reasons"], "mock": mock_facts(mock)}
