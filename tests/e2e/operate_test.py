"""An agent as its operator sees it: signals, health, metrics, systemd, logs, configuration, and the
table of `controller agents`."""

import json
import os
import re
import signal
import socket
import subprocess
import time
import unittest

from certificates import Certificates
from harness import STOP_TIMEOUT_S, MockEngine, program, unused_port, wait_for
from logging_agent import LoggingAgent
from run_case import NO_PREFLIGHT, LOOSE_VERDICT, RunTest, scenario


class NotifySocket:
    """What systemd is to a service: a datagram socket."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.messages = []

    def close(self):
        self.socket.close()

    def collect(self, seconds=0.0):
        deadline = time.monotonic() + seconds
        while True:
            self.socket.settimeout(max(deadline - time.monotonic(), 0.001))
            try:
                self.messages.append(self.socket.recv(4096).decode())
            except TimeoutError:
                return self.messages

    def await_message(self, pattern, timeout_s=15):
        return wait_for(lambda: next((m for m in self.collect(0.05) if re.search(pattern, m)), None),
                        timeout_s, f"a notification like {pattern}")


def health(address, *flags):
    done = subprocess.run([program("agent"), "--health-check", address, *flags], capture_output=True,
                          text=True, timeout=20, check=False)
    return done.returncode


def long_scenario(mock, requests, concurrency):
    return scenario(mock.url, requests, concurrency, LOOSE_VERDICT + NO_PREFLIGHT)


class LastingAgent(LoggingAgent):
    """One that is to outlive the terminal that it was started from."""

    def _command(self):
        return ["nohup", *super()._command()]


class DrainTest(RunTest):
    def started_case(self, agent, mock, out="run"):
        started = self.start_run(long_scenario(mock, 200, 4), "--agents", agent.address, out=out)
        agent.await_start()
        return started

    def test_the_first_signal_lets_requests_finish_and_records_arrive(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            with self.subTest(number.name):
                self.drain(number)

    def test_nohup_outlives_its_terminal(self):
        with LastingAgent() as agent:
            agent.signal(signal.SIGHUP)
            time.sleep(0.5)
            self.assertIsNone(agent.process.poll())
            self.assertEqual(health(agent.address), 0)
            agent.signal(signal.SIGTERM)
            self.assertEqual(agent.wait_for_end(), 0)
            self.assertEqual([event["reason"] for event in agent.events("drain")], ["SIGTERM"])

    def drain(self, number):
        with LoggingAgent() as agent, \
                MockEngine("--ttft", "500ms", "--itl", "10ms", "--tokens", 20) as mock:
            started = self.started_case(agent, mock, number.name)
            time.sleep(1)
            agent.signal(number)
            agent.await_event("drain")
            self.assertEqual(health(agent.address), 1, "not serving while it drains")
            self.assertEqual(agent.wait_for_end(), 0)
            run = started.wait(60)
            self.addCleanup(run.db.close)
        self.check_drained(run, mock, agent, number.name)

    def check_drained(self, run, mock, agent, name):
        case = self.only_case(run)
        self.assertEqual(run.status, 4, run.describe())
        self.assertEqual(case["verdict"], "INCOMPLETE")
        self.assertIn(f"is being stopped ({name})", " ".join(case["reasons"]))
        self.assert_conserved(case)
        requests = case["requests"]
        self.assertGreaterEqual(requests["ok"], 4, "what was in flight was let finish")
        self.assertEqual((requests["cancelled"], requests["lost"], requests["failed"]), (0, 0, 0), case)
        self.assert_ids_match(run, mock)
        ended = agent.events("case_ended")
        self.assertEqual(len(ended), 1)
        self.assertEqual(ended[0]["ok"], requests["ok"])
        self.assertIn(name, ended[0]["gave_up"])
        stop = agent.events("stop")[0]
        self.assertFalse(stop["at_once"])
        self.assertEqual(stop["undelivered_bytes"], 0)

    def test_what_does_not_finish_in_time_is_broken_off_and_told(self):
        with LoggingAgent("--drain-timeout", "1s") as agent, MockEngine("--ttft", "60s") as mock:
            started = self.started_case(agent, mock)
            begin = time.monotonic()
            agent.signal(signal.SIGTERM)
            self.assertEqual(agent.wait_for_end(), 0)
            self.assertLess(time.monotonic() - begin, 10)
            self.assertGreater(time.monotonic() - begin, 0.9)
            run = started.wait(60)
            self.addCleanup(run.db.close)
        case = self.only_case(run)
        self.assert_conserved(case)
        self.assertEqual(case["requests"]["cancelled"], 4, case["requests"])
        self.assertEqual(case["requests"]["lost"], 0, case["requests"])

    def test_the_second_signal_ends_at_once(self):
        with LoggingAgent() as agent, MockEngine("--ttft", "60s") as mock:
            started = self.started_case(agent, mock)
            agent.signal(signal.SIGTERM)
            agent.await_event("drain")
            begin = time.monotonic()
            agent.signal(signal.SIGTERM)
            self.assertEqual(agent.wait_for_end(), 1)
            self.assertLess(time.monotonic() - begin, 8)
            self.assertTrue(agent.events("stop")[0]["at_once"])
            run = started.wait(60)
            self.addCleanup(run.db.close)
            agent.stop(expect_success=False)
        case = self.only_case(run)
        self.assert_conserved(case)
        self.assertEqual(case["requests"]["ok"], 0)
        self.assertEqual(run.status, 1, run.describe())

    def test_an_idle_agent_leaves_at_once(self):
        with LoggingAgent() as agent:
            begin = time.monotonic()
            agent.signal(signal.SIGTERM)
            self.assertEqual(agent.wait_for_end(), 0)
            self.assertLess(time.monotonic() - begin, 5)


class HealthTest(RunTest):
    def test_tcp_and_unix_sockets(self):
        with LoggingAgent() as agent:
            self.assertEqual(health(agent.address), 0)
        self.assertEqual(health(f"127.0.0.1:{unused_port()}"), 2)
        path = os.path.join(self.folder, "agent.sock")
        process = subprocess.Popen([program("agent"), "--listen", f"unix:{path}"],
                                   stderr=subprocess.DEVNULL)
        try:
            wait_for(lambda: os.path.exists(path), 30, "the socket")
            self.assertEqual(health(f"unix:{path}"), 0)
        finally:
            process.terminate()
            process.wait(STOP_TIMEOUT_S)

    def test_mutual_tls(self):
        certs = Certificates(os.path.join(self.folder, "certs"))
        with LoggingAgent(*certs.agent_flags()) as agent:
            self.assertEqual(health(agent.address, "--tls-cert", certs.path("controller.pem"),
                                    "--tls-key", certs.path("controller.key"),
                                    "--tls-ca", certs.path("ca.pem")), 0)
            self.assertEqual(health(agent.address), 2, "a stranger")
            self.assertIsNone(agent.process.poll())


class MetricsTest(RunTest):
    def test_metrics_agree_with_the_report(self):
        with LoggingAgent("--metrics-listen", "127.0.0.1:0", "--name", "left") as agent, \
                MockEngine("--ttft", "200ms", "--itl", "10ms", "--tokens", 10) as mock:
            before = agent.metrics()
            self.assertEqual(before['monsoon_agent_state{state="idle"}'], 1)
            started = self.start_run(long_scenario(mock, 60, 4), "--agents", agent.address)
            agent.await_event("case_started")
            during = wait_for(lambda: self.running(agent), 30, "a scrape of the running case")
            run = started.wait(60)
            self.addCleanup(run.db.close)
            agent.await_event("run_ended")
            after = agent.metrics()
        case = self.only_case(run)
        self.assertEqual(run.status, 0, run.describe())
        self.assertEqual(during['monsoon_agent_state{state="busy"}'], 1)
        self.assertGreater(during["monsoon_agent_connections_open"], 0)
        self.assertGreater(during["monsoon_agent_lease_remaining_seconds"], 0)
        self.assertLessEqual(during["monsoon_agent_requests_in_flight"], 4)
        # The probe of a run is no request of a case.
        self.assertEqual(after["monsoon_agent_requests_started_total"], 60)
        self.assertEqual(after['monsoon_agent_requests_total{outcome="ok"}'], case["requests"]["ok"])
        for outcome in ("failed", "cancelled", "not_sent"):
            self.assertEqual(after[f'monsoon_agent_requests_total{{outcome="{outcome}"}}'], 0)
        events = run.db.execute("SELECT SUM(token_events) FROM requests").fetchone()[0]
        self.assertEqual(after["monsoon_agent_token_events_total"], events)
        self.assertEqual(after["monsoon_agent_requests_in_flight"], 0)
        self.assertEqual(after["monsoon_agent_cases_total"], 1)
        self.assertGreater(after["process_cpu_seconds_total"], before["process_cpu_seconds_total"])
        self.assertGreater(after["process_resident_memory_bytes"], 1e6)
        self.assertTrue(any('name="left"' in name for name in after))

    @staticmethod
    def running(agent):
        metrics = agent.metrics()
        ok = metrics['monsoon_agent_requests_total{outcome="ok"}']
        return metrics if 0 < ok < 60 and metrics["monsoon_agent_requests_in_flight"] > 0 else None

    def test_plain_text_stays_on_loopback(self):
        done = subprocess.run([program("agent"), "--listen", "127.0.0.1:0", "--metrics-listen",
                               "0.0.0.0:0"], capture_output=True, text=True, timeout=20, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("refusing to serve metrics", done.stderr)


class SystemdTest(RunTest):
    def setUp(self):
        super().setUp()
        self.notify = NotifySocket(self.folder)
        self.addCleanup(self.notify.close)

    def agent(self, **environment):
        return LoggingAgent(environment={"NOTIFY_SOCKET": self.notify.path} | environment)

    def test_ready_status_and_stopping(self):
        with self.agent() as agent, MockEngine("--ttft", "200ms", "--tokens", 20) as mock:
            ready = self.notify.await_message("READY=1")
            self.assertEqual(ready, "READY=1\nSTATUS=idle")
            self.assertEqual(health(agent.address), 0, "ready means that it listens")
            started = self.start_run(long_scenario(mock, 100, 4), "--agents", agent.address)
            self.notify.await_message(r"^STATUS=run \w+ case 1: \d+ in flight, \d+ done$")
            agent.signal(signal.SIGTERM)
            stopping = self.notify.await_message("STOPPING=1")
            self.assertIn("EXTEND_TIMEOUT_USEC=", stopping)
            self.assertIn("STATUS=stopping; run", stopping)
            self.assertEqual(agent.wait_for_end(), 0)
            run = started.wait(60)
            self.addCleanup(run.db.close)
        self.assertFalse(any("WATCHDOG" in message for message in self.notify.messages))

    def test_a_hung_agent_is_not_petted(self):
        with self.agent(WATCHDOG_USEC="2000000") as agent:
            self.notify.await_message("WATCHDOG=1")
            self.notify.messages.clear()
            pets = self.notify.collect(4).count("WATCHDOG=1")
            self.assertGreaterEqual(pets, 3, "twice in the time of the watchdog")
            agent.signal(signal.SIGSTOP)
            self.notify.collect(0.2)
            self.notify.messages.clear()
            self.assertNotIn("WATCHDOG=1", self.notify.collect(2.5))
            agent.signal(signal.SIGCONT)
            self.notify.await_message("WATCHDOG=1")


class LogTest(RunTest):
    def test_a_run_in_the_log_without_its_secret(self):
        secret = "sk-operate-73f1c2"
        with LoggingAgent("--log-level", "debug") as agent, MockEngine("--tokens", 3) as mock:
            os.environ["OPERATE_TEST_KEY"] = secret
            self.addCleanup(os.environ.pop, "OPERATE_TEST_KEY")
            text = long_scenario(mock, 8, 2).replace(
                f"url: {mock.url}", f"url: {mock.url}, api_key_env: OPERATE_TEST_KEY")
            run = self.run_controller(text, "--agents", agent.address)
            self.assertEqual(run.status, 0, run.describe())
            second = subprocess.run([program("controller"), "agents", agent.address],
                                    capture_output=True, text=True, timeout=30, check=False)
            self.assertEqual(second.returncode, 0, second.stderr)
            agent.await_event("inspected")
            agent.signal(signal.SIGTERM)
            self.assertEqual(agent.wait_for_end(), 0)
        log = agent.log()
        names = [event["event"] for event in log]
        self.assertEqual([n for n in names if n != "inspected"],
                         ["start", "run_taken", "case_prepared", "case_started", "case_ended",
                          "run_ended", "drain", "stop"])
        run_id = run.db.execute("SELECT request_id FROM requests LIMIT 1").fetchone()[0].split(".")[0]
        by_name = {event["event"]: event for event in log}
        for name in ("run_taken", "case_prepared", "case_started", "case_ended", "run_ended"):
            self.assertEqual(by_name[name]["run_id"], run_id, name)
        self.assertEqual(by_name["start"]["listen"], agent.address)
        self.assertEqual(by_name["case_ended"]["ok"], 8)
        self.assertTrue(all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", event["time"])
                            for event in log))
        self.assertNotIn(secret, agent.stderr + agent.stdout)

    def test_strangers_neither_break_the_log_up_nor_flood_it(self):
        certs = Certificates(os.path.join(self.folder, "certs"))
        with LoggingAgent(*certs.agent_flags()) as agent:
            for _ in range(100):
                with socket.create_connection(("127.0.0.1", agent.port), 10) as stranger:
                    stranger.sendall(b"GET / HTTP/1.0\r\n\r\n")
                    try:
                        stranger.recv(1)  # until it is closed
                    except ConnectionError:
                        pass
            message = agent.await_event("grpc")["message"]
            self.assertIn("Handshake failed", message)
            # 20 in 10 s; log() fails at a line that is no JSON.
            self.assertLess(len(agent.events("grpc")), 70)

    def test_a_refusal_and_a_controller_that_died(self):
        with LoggingAgent() as agent, MockEngine("--ttft", "60s") as mock:
            first = self.start_run(long_scenario(mock, 8, 2), "--agents", agent.address)
            agent.await_event("case_started")
            second = self.run_controller(long_scenario(mock, 8, 2), "--agents", agent.address,
                                         out="second")
            self.assertEqual(second.status, 2)
            self.assertIn("busy", agent.await_event("refused")["reason"])
            first.process.kill()
            self.assertEqual(agent.await_event("controller_silent")["level"], "warning")
            self.assertEqual(agent.await_event("lease_lost")["level"], "error")
            self.assertIn("lease", agent.await_event("case_ended")["gave_up"])
            status, out, err = self.controller("agents", agent.address)
            self.assertEqual(status, 0, err)
            self.assertRegex(out, rf"(?m)^{agent.address} +idle ")


class ConfigTest(RunTest):
    def agent(self, *arguments):
        done = subprocess.run([program("agent"), *arguments], capture_output=True, text=True,
                              timeout=20, check=False)
        return done.returncode, done.stdout, done.stderr

    def test_a_file_is_checked_and_shown(self):
        path = self.write("agent.toml", 'listen = "127.0.0.1:0"\nthreads = 3\n')
        status, out, err = self.agent("--config", path, "--name", "left", "--check-config")
        self.assertEqual(status, 0, err)
        self.assertRegex(out, rf"(?m)^threads = 3 +# {re.escape(path)}:2$")
        self.assertRegex(out, r'(?m)^name = "left" +# command line$')
        self.assertRegex(out, r'(?m)^drain-timeout = "30s" +# default$')

    def test_the_sample_is_accepted(self):
        sample = os.path.join(os.path.dirname(__file__), "..", "..", "deploy", "agent.toml")
        self.assertEqual(self.agent("--config", sample, "--check-config")[0], 0)

    def test_what_is_wrong_is_told_with_its_line(self):
        path = self.write("agent.toml", "\nlog-levle = debug\n")
        status, _, err = self.agent("--config", path, "--check-config")
        self.assertEqual((status, err),
                         (2, f"{path}:2: unknown key 'log-levle'; did you mean 'log-level'?\n"))
        path = self.write("agent.toml", 'listen = "0.0.0.0:7070"\n')
        status, _, err = self.agent("--config", path, "--check-config")
        self.assertEqual(status, 2)
        self.assertIn("refusing to listen", err)


class AgentsTableTest(RunTest):
    def test_idle_busy_draining_and_dead_agents_in_one_table(self):
        dead = [f"127.0.0.1:{unused_port()}" for _ in range(3)]
        with LoggingAgent("--name", "left") as idle, LoggingAgent() as busy, LoggingAgent() as leaving, \
                MockEngine("--ttft", "60s") as mock:
            runs = [self.start_run(long_scenario(mock, 8, 4), "--agents", agent.address, out=out)
                    for agent, out in ((busy, "busy"), (leaving, "leaving"))]
            for agent in (busy, leaving):
                agent.await_start()
            leaving.signal(signal.SIGTERM)
            leaving.await_event("drain")
            names = ",".join([idle.address, busy.address, leaving.address, *dead])
            begin = time.monotonic()
            status, out, err = self.controller("agents", names)
            self.assertLess(time.monotonic() - begin, 12, "the dead ones are asked at the same time")
            json_status, json_out, _ = self.controller("agents", "--agents", names, "--json")
            leaving.signal(signal.SIGTERM)
            leaving.wait_for_end()
            leaving.stop(expect_success=False)
            busy.signal(signal.SIGTERM)
            busy.await_event("drain")
            busy.signal(signal.SIGTERM)
            busy.wait_for_end()
            busy.stop(expect_success=False)
            for run in runs:
                self.addCleanup(run.wait(60).db.close)
        self.assertEqual((status, json_status), (2, 2))
        self.check_table(out, err, idle, dead)
        rows = {row["address"]: row for row in json.loads(json_out)["agents"]}
        self.assertEqual(rows[idle.address]["state"], "idle")
        self.assertEqual(rows[idle.address]["name"], "left")
        self.assertRegex(rows[busy.address]["state"], r"^run \w+$")
        self.assertEqual(rows[busy.address]["free_connections"],
                         rows[busy.address]["max_connections"] - 4)
        self.assertEqual(rows[leaving.address]["state"], "draining")
        # One machine: one clock.
        self.assertLessEqual(abs(rows[idle.address]["clock_offset_s"]),
                             rows[idle.address]["clock_bound_s"])
        self.assertGreater(rows[idle.address]["round_trip_s"], 0)
        self.assertEqual([rows[address]["usable"] for address in dead], [False] * 3)

    def check_table(self, out, err, idle, dead):
        self.assertRegex(out, rf"(?m)^{idle.address} +idle +left ")
        self.assertIn("2 of 6 agents are usable", out)
        for address in dead:
            self.assertRegex(out, rf"(?m)^{address} +unusable$")
            self.assertIn(f"agent {address} cannot be reached", err)

    def test_the_agents_of_a_scenario(self):
        with LoggingAgent() as agent:
            self.write("scenario.yaml", scenario("http://127.0.0.1:9", 8, 2)
                       + f"agents: [{{host: '{agent.address}', weight: 2}}]\nexpect_agents: 1\n")
            status, out, err = self.controller("agents", "scenario.yaml")
            self.assertEqual(status, 0, err)
            self.assertIn("1 of 1 agent is usable", out)
            self.write("scenario.yaml", scenario("http://127.0.0.1:9", 8, 2)
                       + f"agents: ['{agent.address}']\nexpect_agents: 2\n")
            status, _, err = self.controller("agents", "scenario.yaml")
            self.assertEqual(status, 2)
            self.assertIn("expect_agents is 2", err)
            # As the Job for Kubernetes does it: the names on the command line, the number in --set.
            status, _, err = self.controller("run", "scenario.yaml", "--agents", agent.address,
                                             "--set", "expect_agents=3", "--no-preflight")
            self.assertEqual(status, 2)
            self.assertIn("expect_agents is 3", err)

    def test_no_agents_at_all(self):
        status, _, err = self.controller("agents")
        self.assertEqual(status, 2)
        self.assertIn("name the agents", err)
        self.write("scenario.yaml", scenario("http://127.0.0.1:9", 8, 2))
        status, _, err = self.controller("agents", "scenario.yaml")
        self.assertEqual(status, 0)
        self.assertIn("names no agents", err)


if __name__ == "__main__":
    unittest.main()
