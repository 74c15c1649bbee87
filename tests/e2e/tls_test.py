"""An engine behind https: the handshake lies before the request, and a certificate is checked."""

import os
import unittest

from harness import MockEngine
from run_case import RunTest, scenario


class TlsTest(RunTest):
    def check(self, certificate, trust=True):
        authority = os.path.join(self.folder, "authority.pem")
        os.environ.pop("SSL_CERT_FILE", None)
        if trust:
            os.environ["SSL_CERT_FILE"] = authority
            self.addCleanup(os.environ.pop, "SSL_CERT_FILE", None)
        with MockEngine("--ttft", "20ms", "--itl", "1ms", "--tokens", 10, "--tls", certificate,
                        "--tls-ca", authority) as mock:
            url = f"https://localhost:{mock.port}/v1/chat/completions"
            run = self.run_controller(scenario(url, 40, 4), out=certificate)
        return run, mock

    def test_the_handshake_is_done_before_the_case_starts(self):
        run, mock = self.check("good")
        case = self.only_case(run)
        self.assertEqual(case["requests"]["ok"], 40, run.describe())
        self.assert_ids_match(run, mock)
        self.assertEqual(case["client"]["new_connections"], 4)
        self.assertLessEqual(mock.summary["connections"], 8, "opened once, used again")
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

    def assert_refused(self, certificate, trust=True):
        run, mock = self.check(certificate, trust)
        case = self.only_case(run)
        self.assertEqual(case["requests"]["errors"], {"tls": 40}, run.describe())
        self.assertEqual(case["verdict"], "FAILED")
        self.assertEqual(mock.truth, [])
        return case["error_samples"][0]["message"]

    def test_a_certificate_that_nobody_vouches_for_is_refused(self):
        self.assertIn("certificate", self.assert_refused("good", trust=False))

    def test_a_bad_certificate_is_refused_although_its_issuer_is_trusted(self):
        for certificate in ("self_signed", "expired", "wrong_host"):
            with self.subTest(certificate):
                self.assert_refused(certificate)


if __name__ == "__main__":
    unittest.main()
