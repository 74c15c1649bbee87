"""An engine behind https: the handshake lies before the request, and a certificate is checked."""

import os
import select
import socket
import ssl
import subprocess
import threading
import unittest

from harness import MockEngine
from run_case import NO_PREFLIGHT, RunTest, scenario


class TlsFront:
    """Ends TLS in front of a plain server on loopback, as a reverse proxy does; one thread for each
    connection, ended with the `with` block."""

    def __init__(self, folder, port):
        self.certificate = os.path.join(folder, "certificate.pem")
        key = os.path.join(folder, "key.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                        "-keyout", key, "-out", self.certificate],
                       check=True, stderr=subprocess.DEVNULL)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.certificate, key)
        self.backend_port = port
        self.connections = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(0.1)
        self.port = self.listener.getsockname()[1]
        self.ended = threading.Event()
        self.threads = [threading.Thread(target=self._accept)]

    def __enter__(self):
        self.threads[0].start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        for thread in self.threads:
            thread.join()
        self.listener.close()

    def _accept(self):
        while not self.ended.is_set():
            try:
                client, _ = self.listener.accept()
            except TimeoutError:
                continue
            self.connections += 1
            thread = threading.Thread(target=self._relay, args=(client,))
            self.threads.append(thread)
            thread.start()

    def _relay(self, client):
        with client, socket.create_connection(("127.0.0.1", self.backend_port)) as backend:
            try:
                with self.context.wrap_socket(client, server_side=True) as secure:
                    self._copy(secure, backend)
            except OSError:
                pass  # the client refused the certificate, or hung up

    def _copy(self, secure, backend):
        while not self.ended.is_set():
            ready, _, _ = select.select([secure, backend], [], [], 0.1)
            for source, target in ((secure, backend), (backend, secure)):
                if source in ready or (source is secure and secure.pending()):
                    data = source.recv(65536)
                    if not data:
                        return
                    target.sendall(data)


class TlsTest(RunTest):
    def check(self, trust):
        with MockEngine("--ttft", "20ms", "--itl", "1ms", "--tokens", 10) as mock, \
                TlsFront(self.folder, mock.port) as front:
            os.environ.pop("SSL_CERT_FILE", None)
            if trust:
                os.environ["SSL_CERT_FILE"] = front.certificate
            self.addCleanup(os.environ.pop, "SSL_CERT_FILE", None)
            url = f"https://localhost:{front.port}/v1/chat/completions"
            run = self.run_controller(scenario(url, 40, 4) + ("" if trust else NO_PREFLIGHT))
        return run, mock, front

    def test_the_handshake_is_done_before_the_case_starts(self):
        run, mock, front = self.check(trust=True)
        case = self.only_case(run)
        self.assertEqual(case["requests"]["ok"], 40, run.describe())
        self.assert_ids_match(run, mock)
        self.assertEqual(case["client"]["new_connections"], 4)
        self.assertLessEqual(front.connections, 8, "opened once, used again")
        start_ns = run.db.execute("SELECT start_ns FROM cases").fetchone()[0]
        opened = run.requests("tls_ns IS NOT NULL")
        self.assertEqual(len(opened), 4)
        for row in opened:
            self.assertLess(row["connect_begin_ns"], row["connect_ns"])
            self.assertLess(row["connect_ns"], row["tls_ns"])
            self.assertLess(row["tls_ns"], start_ns)
            # Nothing is opened in the time that is measured.
            self.assertLess(row["sent_ns"] - row["dispatched_ns"], 10_000_000)
        self.assertEqual(case["tls_s"]["count"], 4)
        self.assertEqual(case["client"]["kernel_lag_s"]["count"], 0, "TLS hides the stamps")
        self.assertGreater(case["client"]["loop_lag_s"]["count"], 400)

    def test_a_certificate_that_nobody_vouches_for_is_refused(self):
        run, mock, _ = self.check(trust=False)
        case = self.only_case(run)
        self.assertEqual(case["requests"]["errors"], {"tls": 40}, run.describe())
        self.assertEqual(case["verdict"], "FAILED")
        self.assertIn("certificate", case["error_samples"][0]["message"])
        self.assertEqual(mock.truth, [])


if __name__ == "__main__":
    unittest.main()
