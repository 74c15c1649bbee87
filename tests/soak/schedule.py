"""A soak's schedule: what one seed does to one run. A pure function of the seed, so that a seed can be
run again; printed as one line, so that it can be read.
"""

import random

LEASE_MS = (1000, 1500, 2000)
# Load goes on for about so long; what happens, happens in this time.
LOAD_S = 3.0


class Schedule:
    """`events`: (seconds since the first answer, what, agent or None, details), in order."""

    def __init__(self, seed):
        chance = random.Random(seed)
        self.seed = seed
        self.agents = chance.choice((1, 2, 2, 3, 4))
        self.weights = [chance.choice((1, 1, 1, 2, 3)) for _ in range(self.agents)]
        self.lease_ms = chance.choice(LEASE_MS)
        self.open_loop = chance.random() < 0.35
        self.cases = chance.choice((1, 1, 2))
        self.abort = chance.random() < 0.15
        self.delay_ms = [chance.choice((0, 0, 5, 20)) for _ in range(self.agents)]
        self.concurrency = chance.choice((4, 8, 12))
        self.rate = chance.choice((50, 100, 200))
        self.slow_engine = chance.random() < 0.3
        self.events = sorted((self._event(chance) for _ in range(chance.choice((1, 2, 2, 3, 4)))),
                             key=lambda event: event[0])
        self._keep_possible()

    def _event(self, chance):
        # Now and then while agents are greeted and prepared; mostly that ends the run before any load.
        early = chance.random() < 0.06
        at_s = round(chance.uniform(-0.4, -0.01) if early else chance.uniform(0, LOAD_S), 2)
        agent = chance.randrange(self.agents)
        short_s = round(chance.uniform(0.05, self.lease_ms / 1000 * 0.4), 2)
        long_s = round(self.lease_ms / 1000 + chance.uniform(0.5, 2), 2)
        kind = chance.choices(("kill", "stop", "cut", "hold", "end", "refuse", "controller_stop",
                               "controller_kill", "interrupt"),
                              weights=(3, 3, 6, 3, 3, 1, 2, 4, 2))[0]
        if kind == "kill":
            return at_s, kind, agent, chance.choice((None, 0.1, 1.0))  # started again after so long
        if kind in ("stop", "hold"):
            return at_s, kind, agent, chance.choice((short_s, short_s, long_s))
        if kind == "cut":
            return at_s, kind, agent, (chance.choice(("up", "down")), int(10 ** chance.uniform(0, 5)),
                                       chance.choice(("rst", "rst", "fin", "blackhole")))
        if kind == "end":
            return at_s, kind, agent, chance.choice(("rst", "fin", "blackhole"))
        if kind == "refuse":
            return at_s, kind, agent, chance.choice((short_s, long_s))
        if kind == "controller_stop":
            return at_s, kind, None, chance.choice((short_s, short_s, long_s))
        if kind == "controller_kill":
            return at_s, kind, None, None
        return at_s, kind, None, chance.choice((1, 2))  # so many signals

    def _keep_possible(self):
        """What follows the controller's death would meet nobody."""
        for position, event in enumerate(self.events):
            if event[1] == "controller_kill":
                self.events = self.events[:position + 1]
                return

    @property
    def requests(self):
        seconds_each = 0.11 if self.slow_engine else 0.011
        return int(self.concurrency * LOAD_S / seconds_each)

    def mock_flags(self):
        itl = "20ms" if self.slow_engine else "1ms"
        return ["--ttft", "6ms", "--itl", itl, "--tokens", 6, "--seed", self.seed + 1]

    def scenario(self, url, targets):
        lines = ["name: soak", "model: mock", "dataset: {name: openqa, path: questions.jsonl}",
                 f"engine: {{type: vllm, url: {url}}}", "preflight: false",
                 "verdict: {max_error: 10s, max_busy: 100%, max_starved: 100%}",
                 f"lease: {self.lease_ms}ms", f"seed: {self.seed}",
                 "agents: [" + ", ".join(f"{{host: '{target}', weight: {weight}}}" for target, weight
                                         in zip(targets, self.weights)) + "]"]
        if self.abort:
            lines.append("on_agent_loss: abort")
        if self.open_loop:
            loads = ["{poisson: %d/s}" % (self.rate // part) for part in range(1, self.cases + 1)]
            lines += [f"load: [{', '.join(loads)}]", f"duration: {LOAD_S:g}s"]
        else:
            levels = [self.concurrency, self.concurrency + 4][:self.cases]
            lines += [f"concurrency: {levels}", f"requests: {self.requests}"]
        return "\n".join(lines) + "\n"

    def describe(self):
        loop = f"open {self.rate}/s" if self.open_loop else f"closed c{self.concurrency}"
        events = " ".join(f"{what}{'' if agent is None else agent}@{at_s:g}"
                          + ("" if details is None else f"={details}").replace(" ", "")
                          for at_s, what, agent, details in self.events)
        return (f"{self.agents} agents, {loop}, {self.cases} cases, lease {self.lease_ms} ms"
                + (", abort" if self.abort else "") + ": " + events)
