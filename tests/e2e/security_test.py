"""Who may command an agent, and over what: mutual TLS, its refusals in sentences, and rotation."""

import contextlib
import os
import socket
import ssl
import subprocess
import sys
import time
import unittest

from certificates import CONTROLLER, Certificates
from harness import Agent, MockEngine, program, unused_port, wait_for
from run_case import RunTest, scenario

# "Each costs seconds, not minutes", on a machine that does other things meanwhile.
PATIENCE_S = 20
# What a peer has for its handshake (SECURITY.md).
HANDSHAKE_S = 10
# Where a namespace of this test's own gives every address to it.
OUTSIDE = "10.231.77.1"
IN_NAMESPACE = "MONSOON_TEST_NAMESPACE"


def read_bytes(path):
    with open(path, "rb") as file:
        return file.read()


class SecurityTest(RunTest):
    def certificates(self, name="certs", **options):
        return Certificates(os.path.join(self.folder, name), **options)

    def agents(self, address, *flags, environment=None):
        begin = time.monotonic()
        done = self.controller("agents", address, *flags, environment=environment)
        self.assertLess(time.monotonic() - begin, PATIENCE_S)
        return done

    def assert_agent(self, address, *flags):
        status, out, err = self.agents(address, *flags)
        self.assertEqual((status, err), (0, ""))
        self.assertIn(address, out)

    def assert_refused(self, address, flags, *sentences):
        status, _, err = self.agents(address, *flags)
        self.assertEqual(status, 2, err)
        for sentence in (address, *sentences):
            self.assertIn(sentence, err)
        self.assertEqual(len(err.strip().splitlines()), 1, err)
        return err


class MutualTlsTest(SecurityTest):
    def test_a_run_over_mutual_tls_with_a_key(self):
        certs = self.certificates()
        key = self.write("key", "sk-over-tls-only\n")
        with MockEngine("--ttft", "20ms", "--itl", "1ms", "--tokens", 10) as mock, \
             Agent(*certs.agent_flags()) as agent:
            text = scenario(mock.url, 40, 4).replace("type: vllm,",
                                                     f"type: vllm, api_key_file: {key},")
            run = self.run_controller(text, "--agents", agent.address, *certs.controller_flags())
            self.assertEqual(self.only_case(run)["requests"]["ok"], 40, run.describe())
            self.assertEqual(run.status, 0, run.describe())
            # The same, named in the scenario, with paths from its folder.
            tls = ("agent_tls: {ca: certs/ca.pem, cert: certs/controller.pem, "
                   "key: certs/controller.key}\n"
                   f"agents: ['localhost:{agent.port}']\n")
            again = self.run_controller(text + tls, out="again")
            self.assertEqual(self.only_case(again)["requests"]["ok"], 40, again.describe())
        self.assert_ids_match_both(run, again, mock)

    def assert_ids_match_both(self, run, again, mock):
        sent = {row["request_id"] for one in (run, again) for row in one.requests()}
        self.assertEqual(sent, {row["request_id"] for row in mock.truth})

    def test_the_environment_names_the_files_too(self):
        certs = self.certificates()
        with Agent(*certs.agent_flags()) as agent:
            status, _, err = self.agents(agent.address, environment={
                "MONSOON_AGENT_CA": certs.path("ca.pem"),
                "MONSOON_AGENT_CERT": certs.path("controller.pem"),
                "MONSOON_AGENT_KEY": certs.path("controller.key")})
            self.assertEqual((status, err), (0, ""))

    def test_an_agent_of_another_authority_is_not_trusted(self):
        certs, others = self.certificates(), self.certificates("others")
        with Agent(*certs.agent_flags()) as agent:
            flags = certs.controller_flags()
            flags[1] = others.path("ca.pem")
            self.assert_refused(agent.address, flags, "did not sign", others.path("ca.pem"))

    def test_a_controller_of_another_authority_is_not_accepted(self):
        certs, others = self.certificates(), self.certificates("others")
        with Agent(*certs.agent_flags()) as agent:
            flags = others.controller_flags()
            flags[1] = certs.path("ca.pem")
            self.assertNotIn("unexpected eof", self.assert_refused(
                agent.address, flags, "did not accept this controller's certificate",
                others.path("controller.pem"), "--tls-ca"))
            self.assert_agent(agent.address, *certs.controller_flags())

    def test_without_a_certificate_nobody_gets_in(self):
        certs = self.certificates()
        with Agent(*certs.agent_flags()) as agent:
            status, _, err = self.agents(agent.address, "--agent-ca", certs.path("ca.pem"))
            self.assertEqual(status, 2)
            self.assertIn("--agent-cert and --agent-key", err)
            # Another program, which would not be so considerate.
            context = ssl.create_default_context(cafile=certs.path("ca.pem"))
            context.set_alpn_protocols(["h2"])
            with self.assertRaises((ssl.SSLError, ConnectionError)):
                with socket.create_connection(("127.0.0.1", agent.port), 10) as raw, \
                     context.wrap_socket(raw, server_hostname="localhost") as stream:
                    stream.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0")
                    if not stream.recv(1):
                        raise ConnectionError("closed without a word")

    def test_a_controller_that_is_not_listed_is_told_so(self):
        certs = self.certificates(controller="other.test.monsoon")
        with Agent(*certs.agent_flags(allow="*.ci.monsoon")) as agent, MockEngine() as mock:
            flags = certs.controller_flags()
            self.assert_refused(agent.address, flags, "DNS:other.test.monsoon",
                                "--allow-controller")
            run = self.run_controller(scenario(mock.url, 5, 1), "--agents", agent.address, *flags)
            self.assertEqual(run.status, 2, run.describe())
            self.assertIn("DNS:other.test.monsoon", run.stderr)
        self.assertEqual(mock.truth, [])

    def test_a_star_and_a_uri_list_controllers_too(self):
        stars = self.certificates("stars")
        with Agent(*stars.agent_flags(allow="*.test.monsoon")) as agent:
            self.assert_agent(agent.address, *stars.controller_flags())
        uris = self.certificates("uris", controller="spiffe://example.org/monsoon")
        with Agent(*uris.agent_flags()) as agent:
            self.assert_agent(agent.address, *uris.controller_flags())

    def test_the_name_that_the_user_wrote_is_what_counts(self):
        certs = self.certificates(agents=("load1", "localhost"))
        with Agent(*certs.agent_flags("agent-load1")) as agent:
            self.assert_refused(agent.address, certs.controller_flags(), "is not for '127.0.0.1'",
                                "DNS:load1")
            self.assert_refused(f"localhost:{agent.port}", certs.controller_flags(),
                                "is not for 'localhost'", "DNS:load1")
        with Agent(*certs.agent_flags("agent-localhost")) as agent:
            self.assert_agent(f"localhost:{agent.port}", *certs.controller_flags())

    def test_names_in_a_certificate_are_no_commands_to_a_terminal(self):
        certs = self.certificates()
        certs.short_lived("evil", "DNS:a\x1b[31mb", -60, 3600)
        with Agent(*certs.agent_flags("evil")) as agent:
            err = self.assert_refused(agent.address, certs.controller_flags(), "is not for")
        self.assertNotIn("\x1b", err)
        self.assertIn("[31mb", err)


class StrangersTest(SecurityTest):
    """Who reaches the port, and has no certificate or no manners."""

    def test_silence_and_nonsense_cost_nobody_anything(self):
        certs = self.certificates()
        with MockEngine("--ttft", "10ms", "--itl", "1ms", "--tokens", 5) as mock, \
             Agent(*certs.agent_flags()) as agent, contextlib.ExitStack() as stack:
            strangers = [stack.enter_context(socket.create_connection(("127.0.0.1", agent.port), 10))
                         for _ in range(60)]
            begun_s = time.monotonic()
            for number, stranger in enumerate(strangers[20:]):
                stranger.sendall((b"GET / HTTP/1.1\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                                  b"\x16\x03\x01\xff\xff" + bytes(range(256)),
                                  os.urandom(200))[number % 4])
            run = self.run_controller(scenario(mock.url, 200, 8), "--agents", agent.address,
                                      *certs.controller_flags())
            self.assertEqual(run.status, 0, run.describe())
            self.assertEqual(self.only_case(run)["requests"]["ok"], 200)
            for stranger in strangers:
                stranger.settimeout(max(0.1, begun_s + HANDSHAKE_S + 5 - time.monotonic()))
                with contextlib.suppress(ConnectionError):
                    while stranger.recv(4096):  # an alert at most, then the end
                        pass
            self.assert_agent(agent.address, *certs.controller_flags())


class ExpiryTest(SecurityTest):
    def test_an_expired_agent(self):
        certs = self.certificates()
        certs.short_lived("brief", "IP:127.0.0.1", -60, 8)
        begin = time.monotonic()
        with Agent(*certs.agent_flags("brief")) as agent:
            if time.monotonic() - begin < 5:
                self.assert_agent(agent.address, *certs.controller_flags())
            time.sleep(max(0, 9.5 - (time.monotonic() - begin)))
            self.assert_refused(agent.address, certs.controller_flags(), "has expired",
                                "--tls-cert")

    def test_an_expired_controller(self):
        certs = self.certificates()
        certs.short_lived("old", f"DNS:{CONTROLLER}", -120, -60)
        with Agent(*certs.agent_flags()) as agent:
            status, _, err = self.agents(agent.address, *certs.controller_flags("old"))
        self.assertEqual(status, 2)
        self.assertIn(certs.path("old.pem"), err)
        self.assertIn("expired on 20", err)

    def test_an_agent_does_not_start_with_what_will_not_do(self):
        certs = self.certificates()
        certs.short_lived("old", "IP:127.0.0.1", -120, -60)
        certs.short_lived("early", "IP:127.0.0.1", 3600, 7200)
        mixed = certs.agent_flags()
        mixed[3] = certs.path("controller.key")
        for flags, sentence in (
                (certs.agent_flags("old"), "expired on 20"),
                (certs.agent_flags("early"), "is not valid before"),
                (certs.agent_flags("absent"), "No such file"),
                (mixed, "holds a key that is not that of the certificate"),
                (certs.agent_flags()[:-2], "--allow-controller NAME"),
                (certs.agent_flags()[:-4], "--tls-cert, --tls-key and --tls-ca"),
                (certs.agent_flags(allow="*"), "--allow-controller '*'")):
            with self.subTest(sentence):
                done = subprocess.run([program("agent"), "--listen", "127.0.0.1:0", *flags],
                                      capture_output=True, text=True, timeout=30, check=False)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn(sentence, done.stderr)


class RotationTest(SecurityTest):
    @staticmethod
    def replace(old, new, *names):
        """As an operator does it: each file at once, but not all at the same moment."""
        for name in names:
            os.replace(new.path(name), old.path(name))

    @staticmethod
    def err_of(agent):
        with open(agent.path("stderr"), encoding="utf-8") as file:
            return file.read()

    def test_new_files_are_taken_without_a_restart(self):
        certs, fresh = self.certificates(), self.certificates("fresh")
        before = self.certificates("before", controller="x.test")  # another authority again
        with MockEngine("--ttft", "10ms", "--itl", "1ms", "--tokens", 20) as mock, \
             Agent(*certs.agent_flags()) as agent:
            pid = agent.process.pid
            first = self.run_controller(scenario(mock.url, 20, 4), "--agents", agent.address,
                                        *certs.controller_flags())
            self.assertEqual(first.status, 0, first.describe())
            fresh_flags = fresh.controller_flags()
            keep = {name: read_bytes(fresh.path(name)) for name in
                    ("ca.pem", "controller.pem", "controller.key")}
            # While a run goes on, which must not notice.
            started = self.start_run(scenario(mock.url, 400, 4), "--agents", agent.address,
                                     *certs.controller_flags(), out="under-way")
            wait_for(lambda: read_bytes(mock.path("truth.csv")).count(b"\n") > 60, 60, "requests")
            self.replace(certs, fresh, "agent-127.0.0.1.pem", "agent-127.0.0.1.key", "ca.pem")
            wait_for(lambda: "took new TLS files" in self.err_of(agent), 20, "the rotation")
            for name, content in keep.items():
                with open(fresh.path(name), "wb") as file:
                    file.write(content)
            os.chmod(fresh.path("controller.key"), 0o600)
            under_way = started.wait()
            self.addCleanup(under_way.db.close)
            self.assertEqual(self.only_case(under_way)["requests"]["ok"], 400, under_way.describe())
            second = self.run_controller(scenario(mock.url, 20, 4), "--agents", agent.address,
                                         *fresh_flags, out="second")
            self.assertEqual(second.status, 0, second.describe())
            self.assert_refused(agent.address, before.controller_flags(), "did not sign")
            self.assertEqual(agent.process.pid, pid)
            self.assertIsNone(agent.process.poll())

    def test_broken_files_leave_the_old_ones_in_place(self):
        certs = self.certificates()
        with Agent(*certs.agent_flags()) as agent:
            good = read_bytes(certs.path("agent-127.0.0.1.pem"))
            for broken, sentence in (
                    (b"", "holds no certificate in PEM form"),
                    (b"-----BEGIN CERTIFICATE-----\nAAAA\n", "holds no certificate in PEM form"),
                    (read_bytes(certs.path("controller.pem")),
                     "holds a key that is not that of the certificate")):
                with open(certs.path("agent-127.0.0.1.pem"), "wb") as file:
                    file.write(broken)
                wait_for(lambda s=sentence: s in self.err_of(agent), 20, sentence)
                self.assertIn("goes on with the certificate that it has", self.err_of(agent))
                self.assert_agent(agent.address, *certs.controller_flags())
            with open(certs.path("agent-127.0.0.1.pem"), "wb") as file:
                file.write(good)
            wait_for(lambda: "in order again" in self.err_of(agent), 20, "the repair")
            self.assert_agent(agent.address, *certs.controller_flags())
            lines = self.err_of(agent).splitlines()
            self.assertLess(len(lines), 8, "told once, not every second")


class PlainTextTest(SecurityTest):
    def test_plain_text_and_tls_do_not_mix(self):
        certs = self.certificates()
        with Agent(*certs.agent_flags()) as secure, Agent() as plain:
            self.assert_refused(secure.address, [], "speaks TLS, and this controller plain text",
                                "--agent-ca")
            self.assert_refused(plain.address, certs.controller_flags(), "does not speak TLS",
                                "--tls-cert")
            self.assert_agent(plain.address)

    def test_a_dead_port_is_no_matter_of_tls(self):
        certs = self.certificates()
        address = f"127.0.0.1:{unused_port()}"
        self.assert_refused(address, certs.controller_flags(), "cannot be reached")

    def test_other_machines_are_refused_before_a_word_is_said(self):
        for address in ("10.0.0.7:7070", "[fd00::1]:7070", "0.0.0.0:7070"):
            self.assert_refused(address, [], "on another machine", "--agent-ca",
                                "--insecure-agents")
        run = self.run_controller(scenario("http://127.0.0.1:9/v1", 1, 1), "--agents",
                                  "10.0.0.7:7070")
        self.assertEqual(run.status, 2, run.describe())
        self.assertIn("on another machine", run.stderr)

    def test_contradictions_of_the_controller(self):
        certs = self.certificates()
        self.assertIn("take one of them away", self.agents(
            "127.0.0.1:1", *certs.controller_flags(), "--insecure-agents")[2])

    def test_off_loopback(self):
        shell = (f"ip link set lo up && ip addr add {OUTSIDE}/32 dev lo && "
                 f"exec {sys.executable} {os.path.abspath(__file__)} OffLoopback")
        inside = ["unshare", "--user", "--map-root-user", "--net", "sh", "-c", shell]
        probe = subprocess.run([*inside[:-1], f"ip link set lo up && ip addr add {OUTSIDE}/32 dev lo"],
                               capture_output=True, text=True, timeout=30, check=False)
        if probe.returncode != 0:
            self.skipTest("no network namespace can be made here: " + probe.stderr.strip())
        done = subprocess.run(inside, capture_output=True, text=True, timeout=200, check=False,
                              env=os.environ | {IN_NAMESPACE: "1"})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("OK", done.stderr)
        self.assertNotIn("skipped", done.stderr)


@unittest.skipUnless(os.environ.get(IN_NAMESPACE), "runs in PlainTextTest's network namespace")
class OffLoopback(SecurityTest):
    """With an address that is no loopback address, although it leads nowhere."""

    class Outside(Agent):
        @property
        def address(self):
            return f"{OUTSIDE}:{self.port}"

        def _command(self):
            return [word.replace("127.0.0.1:0", f"{OUTSIDE}:0") for word in super()._command()]

    def test_an_agent_does_not_listen_in_plain_text(self):
        done = subprocess.run([program("agent"), "--listen", f"{OUTSIDE}:0"], capture_output=True,
                              text=True, timeout=30, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("--insecure-listen", done.stderr)

    def test_plain_text_on_both_sides_wish_and_never_with_a_key(self):
        with MockEngine("--tokens", 5) as mock, self.Outside("--insecure-listen") as agent:
            with open(agent.path("stderr"), encoding="utf-8") as file:
                self.assertIn("WARNING: plain text on", file.read())
            self.assertEqual(self.agents(agent.address)[0], 2)
            status, _, err = self.agents(agent.address, "--insecure-agents")
            self.assertEqual(status, 0, err)
            self.assertIn("WARNING: plain text to agent", err)
            text = scenario(mock.url, 8, 2)
            run = self.run_controller(text + "insecure_agents: true\n", "--agents", agent.address)
            self.assertEqual(run.status, 0, run.describe())
            self.assertIn("WARNING: plain text to agent", run.stderr)
            key = self.write("key", "sk-not-in-plain-text\n")
            os.environ["TEST_SECOND_KEY"] = "not-in-plain-text-either"
            self.addCleanup(os.environ.pop, "TEST_SECOND_KEY", None)
            for secret in (f"api_key_file: {key}", 'headers: {X-Second: "${TEST_SECOND_KEY}"}'):
                refused = self.run_controller(
                    text.replace("type: vllm,", f"type: vllm, {secret},"), "--insecure-agents",
                    "--agents", agent.address, out="refused")
                self.assertEqual(refused.status, 2, refused.describe())
                self.assertIn("would travel to agent", refused.stderr)

    def test_mutual_tls(self):
        certs = self.certificates(agents=(OUTSIDE,))
        with self.Outside(*certs.agent_flags("agent-" + OUTSIDE)) as agent, \
             MockEngine("--tokens", 5) as mock:
            self.assert_agent(agent.address, *certs.controller_flags())
            run = self.run_controller(scenario(mock.url, 8, 2), "--agents", agent.address,
                                      *certs.controller_flags())
            self.assertEqual(run.status, 0, run.describe())
            self.assertNotIn("WARNING", run.stderr)


if __name__ == "__main__":
    unittest.main()
