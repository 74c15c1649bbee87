"""Datasets and tokenizers by name: what is asked of a hub, what becomes of its answers, and what
lies on the disk afterwards. All hubs are on loopback (fake_hub.py)."""

import json
import os
import pty
import re
import resource
import signal
import subprocess
import threading
import time
import unittest

from fake_hub import (COMMIT, FakeHub, cut_after, git_sha1, ignore_range, other_bytes, sha256,
                      slowly, stall_after, status)
from harness import EndToEndTest, MockEngine, program, unused_port, wait_for
from run_case import LOOSE_VERDICT

QUESTIONS = "".join(json.dumps({"question": f"Question {i}: why is the sky blue?"}) + "\n"
                    for i in range(2000)).encode()
REPOSITORY = "datasets/Hello-SimpleAI/HC3-Chinese"
MS_REPOSITORY = "datasets/AI-ModelScope/HC3-Chinese"
FILE = "open_qa.jsonl"
SCENARIO = """
name: hub
model: mock
dataset: {name: openqa}
engine: {type: vllm, url: "http://127.0.0.1:9"}
requests: 8
"""
PINNED = SCENARIO.replace("{name: openqa}", "{name: openqa, hub: hf}")


def _read(terminal):
    """What is there to read; b"" when nobody holds its other end any more."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""


class HubTest(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.hub = FakeHub().__enter__()
        self.addCleanup(self.hub.__exit__)
        self.hub.add(REPOSITORY, FILE, QUESTIONS)
        self.write("scenario.yaml", PINNED)
        # None of the caller's own hub settings; but the sanitizers' options, with their suppressions.
        self.variables = {"PATH": os.environ["PATH"], "HOME": self.folder, "no_proxy": "127.0.0.1",
                          "HF_ENDPOINT": self.hub.url, "MODELSCOPE_ENDPOINT": self.hub.url}
        self.variables |= {name: value for name, value in os.environ.items()
                           if name.endswith("SAN_OPTIONS")}

    def start(self, *arguments, **options):
        process = subprocess.Popen([program("controller"), *arguments], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
                                   env=self.variables, cwd=self.folder, **options)
        self.addCleanup(self._end, process)
        return process

    @staticmethod
    def _end(process):
        if process.poll() is None:
            process.kill()
            process.wait()
        process.stdout.close()
        process.stderr.close()

    def controller(self, *arguments, **options):
        process = self.start(*arguments, **options)
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err

    def fetch(self, **options):
        return self.controller("fetch", "scenario.yaml", **options)

    def assert_fetched(self, **options):
        code, out, err = self.fetch(**options)
        self.assertEqual(code, 0, err)
        self.assertIn(sha256(QUESTIONS), out)
        with open(out.strip().splitlines()[-1].strip(), "rb") as file:
            self.assertEqual(file.read(), QUESTIONS)
        return out, err

    def assert_refused(self, *fragments):
        code, _, err = self.fetch()
        self.assertEqual(code, 2, err)
        for fragment in fragments:
            self.assertIn(fragment, err)
        return err

    def cache(self, *names, repository="datasets--Hello-SimpleAI--HC3-Chinese"):
        return os.path.join(self.folder, ".cache", "huggingface", "hub", repository, *names)

    def partial(self):
        return self.cache("blobs", sha256(QUESTIONS) + ".incomplete")

    def put_partial(self, content):
        os.makedirs(self.cache("blobs"))
        with open(self.partial(), "wb") as file:
            file.write(content)

    def ranges(self):
        return [request.headers.get("Range") for request in self.hub.cdn_requests]


class FetchTest(HubTest):
    def test_a_large_file_goes_into_the_cache_of_hugging_face(self):
        out, err = self.assert_fetched()
        self.assertIn("hf:Hello-SimpleAI/HC3-Chinese/open_qa.jsonl, revision " + COMMIT, out)
        self.assertIn("downloading hf:Hello-SimpleAI/HC3-Chinese/open_qa.jsonl", err)
        self.assertNotIn("\r", err, "no moving line outside a terminal")
        link = self.cache("snapshots", COMMIT, FILE)
        self.assertEqual(os.readlink(link), "../../blobs/" + sha256(QUESTIONS))
        with open(self.cache("refs", "main"), encoding="ascii") as file:
            self.assertEqual(file.read(), COMMIT)
        self.assertFalse(os.path.exists(self.partial()))

    def test_a_terminal_sees_how_far_it_is(self):
        self.hub.cdn_faults = [slowly(20, 0.1)]
        terminal, end = pty.openpty()
        self.addCleanup(os.close, terminal)
        process = subprocess.Popen([program("controller"), "fetch", "scenario.yaml"], stderr=end,
                                   stdout=subprocess.DEVNULL, env=self.variables, cwd=self.folder)
        os.close(end)
        seen = b""
        while chunk := _read(terminal):
            seen += chunk
        self.assertEqual(process.wait(30), 0, seen)
        lines = re.findall(r"open_qa\.jsonl: ([0-9.]+ kB) of ([0-9.]+ kB) \((\d+)%\)", seen.decode())
        self.assertGreater(len(lines), 4, seen)
        self.assertEqual(lines[-1][2], "100", seen)
        self.assertRegex(seen.decode(), r"kB/s, \d+ s left")

    def test_what_is_there_is_not_downloaded_again(self):
        self.assert_fetched()
        self.hub.forget_requests()
        self.assert_fetched()
        self.assertEqual([request.method for request in self.hub.requests], ["HEAD"])
        self.assertEqual(self.hub.cdn_requests, [])

    def test_a_commit_is_not_even_asked_for_again(self):
        self.write("scenario.yaml", PINNED.replace("hub: hf", f"hub: hf, revision: {COMMIT}"))
        self.assert_fetched()
        self.hub.forget_requests()
        self.assert_fetched()
        self.assertEqual(self.hub.requests, [])

    def test_the_token_goes_to_the_hub_and_to_nobody_else(self):
        self.variables["HF_TOKEN"] = "hf_secret"
        out, err = self.assert_fetched()
        for request in self.hub.requests:
            self.assertEqual(request.headers.get("Authorization"), "Bearer hf_secret")
        self.assertGreaterEqual(len(self.hub.cdn_requests), 1)
        for request in self.hub.cdn_requests:
            self.assertNotIn("hf_secret", str(request))
        self.assertNotIn("hf_secret", out + err)
        self.assertNotIn("signed-secret", out + err)

    def test_the_token_may_lie_in_its_file(self):
        os.makedirs(os.path.join(self.folder, ".cache", "huggingface"))
        self.write(".cache/huggingface/token", "hf_of_file\n")
        self.assert_fetched()
        self.assertEqual(self.hub.requests[0].headers["Authorization"], "Bearer hf_of_file")

    def test_a_small_file_is_a_git_blob_of_the_hub_itself(self):
        self.hub.large.clear()
        self.hub.add_small(REPOSITORY, FILE, QUESTIONS)
        self.assert_fetched()
        self.assertTrue(os.path.exists(self.cache("blobs", git_sha1(QUESTIONS))))
        self.assertEqual(self.hub.cdn_requests, [])

    def test_a_renamed_repository_is_followed_within_the_hub(self):
        self.hub.add("datasets/new/name", FILE, QUESTIONS)
        moved = ("Location", f"/datasets/new/name/resolve/main/{FILE}")
        self.hub.faults = [status(307, moved), status(307, moved)]
        self.assert_fetched()

    def test_redirects_without_end_or_off_the_web_are_refused(self):
        self.hub.faults = [status(302, ("Location", self.hub.url + "/again"))] * 20
        self.assert_refused("redirects")
        self.hub.faults = []
        self.hub.cdn_faults = [status(302, ("Location", "file:///etc/passwd"))]
        self.assert_refused("file:///etc/passwd", "may be followed")


class BrokenTransferTest(HubTest):
    def test_a_broken_download_goes_on_where_it_broke(self):
        self.hub.cdn_faults = [cut_after(10_000), cut_after(20_000)]
        self.assert_fetched()
        self.assertEqual(self.ranges(), [None, "bytes=10000-", "bytes=30000-"])

    def test_what_an_earlier_run_left_is_used(self):
        self.put_partial(QUESTIONS[:40_000])
        _, err = self.assert_fetched()
        self.assertEqual(self.ranges(), ["bytes=40000-"])
        self.assertIn("going on after 40 kB", err)

    def test_a_whole_partial_file_only_needs_its_name(self):
        self.put_partial(QUESTIONS)
        self.assert_fetched()
        self.assertEqual(self.hub.cdn_requests, [])

    def test_a_server_that_knows_no_ranges(self):
        self.put_partial(QUESTIONS[:40_000])
        self.hub.cdn_faults = [ignore_range]
        self.assert_fetched()
        self.assertEqual(len(self.hub.cdn_requests), 1)

    def test_a_range_that_cannot_be_had_begins_anew(self):
        self.put_partial(QUESTIONS[:40_000])
        self.hub.cdn_faults = [status(416, ("Content-Range", f"bytes */{len(QUESTIONS)}"))]
        self.assert_fetched()
        self.assertEqual(self.ranges(), ["bytes=40000-", None])

    def test_another_range_than_the_one_asked_for_begins_anew(self):
        self.put_partial(QUESTIONS[:40_000])
        self.hub.cdn_faults = [status(206, ("Content-Range", f"bytes 5-9/{len(QUESTIONS)}"),
                                      body=b"01234")]
        self.assert_fetched()
        self.assertEqual(self.ranges(), ["bytes=40000-", None])

    def test_a_partial_file_that_is_too_long_or_wrong_is_thrown_away(self):
        self.put_partial(QUESTIONS + b"more")
        self.assert_fetched()
        os.remove(self.cache("blobs", sha256(QUESTIONS)))
        with open(self.partial(), "wb") as file:
            file.write(b"x" * 1000)
        _, err = self.assert_fetched()
        self.assertIn("fetching it anew", err)

    def test_a_git_blob_is_continued_only_if_the_hub_still_has_that_one(self):
        self.hub.large.clear()
        self.hub.add_small(REPOSITORY, FILE, QUESTIONS)
        os.makedirs(self.cache("blobs"))
        with open(self.cache("blobs", git_sha1(QUESTIONS) + ".incomplete"), "wb") as file:
            file.write(QUESTIONS[:1000])
        self.assert_fetched()
        get = [request for request in self.hub.requests if request.method == "GET"][0]
        self.assertEqual(get.headers["Range"], "bytes=1000-")
        self.assertEqual(get.headers["If-Range"], f'"{git_sha1(QUESTIONS)}"')

    def test_bytes_that_are_not_the_hubs_are_refused(self):
        self.hub.cdn_faults = [other_bytes, other_bytes]
        err = self.assert_refused("its sha256 is", "and should be " + sha256(QUESTIONS))
        self.assertEqual(len(self.hub.cdn_requests), 2, err)
        self.assertEqual(os.listdir(self.cache("blobs")), [])
        self.assertFalse(os.path.exists(self.cache("snapshots")))

    def test_bytes_that_were_damaged_on_the_way_once(self):
        self.hub.cdn_faults = [other_bytes]
        self.assert_fetched()

    def test_a_page_of_a_proxy_is_not_the_file(self):
        page = status(200, ("Content-Type", "text/html"), body=b"<html>please log in</html>")
        self.hub.cdn_faults = [page]
        self.assert_refused("text/html", "proxy")

    def test_a_server_that_falls_silent_is_left(self):
        released = threading.Event()
        self.addCleanup(released.set)
        self.hub.cdn_faults = [stall_after(10_000, released)]
        self.variables["HF_HUB_DOWNLOAD_TIMEOUT"] = "1"
        begin = time.monotonic()
        self.assert_fetched()
        self.assertGreaterEqual(time.monotonic() - begin, 1)
        self.assertEqual(self.ranges(), [None, "bytes=10000-"])

    def test_a_signed_link_that_has_expired_is_asked_for_again(self):
        self.hub.cdn_faults = [status(403)]
        self.assert_fetched()
        self.assertEqual(sum(request.method == "GET" for request in self.hub.requests), 2)

    def test_ctrl_c_keeps_what_came(self):
        self.hub.cdn_faults = [slowly(100, 0.1)]
        process = self.start("fetch", "scenario.yaml")
        wait_for(lambda: os.path.exists(self.partial()) and os.path.getsize(self.partial()) > 1000,
                 30, "some bytes")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 2, err)
        self.assertIn("interrupted", err)
        self.assertIn("the next run goes on from there", err)
        kept = os.path.getsize(self.partial())
        self.hub.forget_requests()
        self.assert_fetched()
        self.assertEqual(self.ranges(), [f"bytes={kept}-"])

    def test_a_killed_download_is_continued_too(self):
        self.hub.cdn_faults = [slowly(100, 0.1)]
        process = self.start("fetch", "scenario.yaml")
        wait_for(lambda: os.path.exists(self.partial()) and os.path.getsize(self.partial()) > 1000,
                 30, "some bytes")
        process.kill()
        process.wait()
        kept = os.path.getsize(self.partial())
        self.hub.forget_requests()
        self.assert_fetched()
        self.assertEqual(self.ranges(), [f"bytes={kept}-"])

    def test_two_controllers_share_one_download(self):
        self.hub.cdn_faults = [slowly(20, 0.1)]
        first = self.start("fetch", "scenario.yaml")
        wait_for(lambda: self.hub.cdn_requests, 30, "the download to begin")
        second = self.start("fetch", "scenario.yaml")
        errors = [process.communicate(timeout=60)[1] for process in (first, second)]
        self.assertEqual([first.returncode, second.returncode], [0, 0], errors)
        self.assertEqual(len(self.hub.cdn_requests), 1)
        self.assertIn("waiting for another process", errors[1])


class RefusalTest(HubTest):
    def test_a_gated_repository_says_what_to_do(self):
        self.hub.faults = [status(401, ("X-Error-Code", "GatedRepo"))]
        self.assert_refused("dataset openqa: hf:Hello-SimpleAI/HC3-Chinese/open_qa.jsonl", "gated",
                            f"accept its terms at {self.hub.url}/{REPOSITORY}", "HF_TOKEN")
        self.assertEqual(len(self.hub.requests), 1, "a refusal is not asked for again")

    def test_an_unknown_repository_file_or_revision(self):
        self.hub.large.clear()
        self.assert_refused("does not exist, or it is private")
        self.hub.add(REPOSITORY, "other.jsonl", QUESTIONS)
        self.assert_refused("no file 'open_qa.jsonl'")
        self.hub.faults = [status(404, ("X-Error-Code", "RevisionNotFound"))]
        self.assert_refused("no revision 'main'")

    def test_too_many_requests_are_waited_for(self):
        self.hub.faults = [status(429, ("Retry-After", "1"))]
        self.hub.cdn_faults = [status(503, ("Retry-After", "1"))]
        begin = time.monotonic()
        _, err = self.assert_fetched()
        self.assertGreaterEqual(time.monotonic() - begin, 2)
        self.assertEqual(err.count("trying again in 1 s"), 2, err)

    def test_too_many_requests_without_end(self):
        self.hub.faults = [status(429, ("Retry-After", "0"))] * 20
        self.assert_refused("429", "too many requests", "HF_TOKEN")
        self.assertEqual(len(self.hub.requests), 5)
        self.hub.faults = []
        self.hub.cdn_faults = [status(503, ("Retry-After", "0"))] * 20
        self.assert_refused("503", "given up after several attempts")
        self.assertEqual(len(self.hub.cdn_requests), 5)

    def test_a_wait_of_an_hour_is_not_begun(self):
        self.hub.faults = [status(429, ("Retry-After", "3600"))]
        self.assert_refused("it asks for 3600")

    def test_an_answer_of_something_else_than_a_hub(self):
        self.hub.faults = [status(200, body=b"hello")]
        self.assert_refused("ETag", "HF_ENDPOINT")

    def test_a_hub_that_cannot_be_reached_but_the_file_is_there(self):
        self.assert_fetched()
        self.variables["HF_ENDPOINT"] = f"http://127.0.0.1:{unused_port()}"
        _, err = self.assert_fetched()
        self.assertIn(f"the copy of revision {COMMIT} in the cache is used", err)

    def test_the_limit_of_a_download(self):
        self.variables["MONSOON_MAX_DOWNLOAD"] = "10kB"
        self.assert_refused("beyond the limit of 10 kB", "MONSOON_MAX_DOWNLOAD")
        self.assertEqual(self.hub.cdn_requests, [])

    def test_a_full_disk_is_said_plainly(self):
        os.makedirs(self.cache("blobs"))
        os.symlink("/dev/full", self.partial())
        err = self.assert_refused("HF_HOME")
        self.assertRegex(err, "No space left on device|are free")

    def test_a_quota_keeps_what_came(self):
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
        code, _, err = self.fetch(preexec_fn=limit, restore_signals=False)
        self.assertEqual(code, 2, err)
        self.assertIn("File too large", err)
        self.assertIn("50 kB of", err)
        self.assert_fetched()
        self.assertEqual(self.ranges()[-1], "bytes=50000-")

    def test_a_variable_that_is_no_value_is_named(self):
        self.variables["HF_ENDPOINT"] = "huggingface.co"
        self.assert_refused("HF_ENDPOINT")

    def test_another_file_than_the_scenario_says(self):
        self.write("scenario.yaml", PINNED.replace("hub: hf", "hub: hf, sha256: " + "0" * 64))
        self.assert_refused("its sha256 is " + sha256(QUESTIONS), "the scenario says 0000")


class OfflineTest(HubTest):
    def test_offline_asks_nobody(self):
        self.variables["HF_HUB_OFFLINE"] = "1"
        self.assert_refused("not on this machine", "HF_HUB_OFFLINE", "controller fetch")
        del self.variables["HF_HUB_OFFLINE"]
        self.assert_fetched()
        self.variables["HF_HUB_OFFLINE"] = "1"
        self.hub.forget_requests()
        self.assert_fetched()
        self.assertEqual(self.hub.requests + self.hub.cdn_requests, [])

    def test_a_damaged_file_of_the_cache_is_noticed(self):
        self.assert_fetched()
        blob = self.cache("blobs", sha256(QUESTIONS))
        with open(blob, "r+b") as file:
            file.write(b"X")
        self.variables["HF_HUB_OFFLINE"] = "1"
        self.assert_refused("its sha256 is")
        del self.variables["HF_HUB_OFFLINE"]
        _, err = self.assert_fetched()
        self.assertIn("fetching it anew", err)

    def test_what_huggingface_hub_downloaded_is_used(self):
        os.makedirs(self.cache("blobs"))
        os.makedirs(self.cache("refs"))
        os.makedirs(self.cache("snapshots", COMMIT))
        with open(self.cache("blobs", sha256(QUESTIONS)), "wb") as file:
            file.write(QUESTIONS)
        with open(self.cache("refs", "main"), "w", encoding="ascii") as file:
            file.write(COMMIT)
        os.symlink("../../blobs/" + sha256(QUESTIONS), self.cache("snapshots", COMMIT, FILE))
        self.variables["HF_HUB_OFFLINE"] = "1"
        self.assert_fetched()

    def test_validate_never_downloads(self):
        self.write("scenario.yaml", SCENARIO)
        code, out, err = self.controller("validate", "scenario.yaml")
        self.assertEqual(code, 0, err)
        self.assertIn("8 requests from a dataset that is not here yet", out)
        self.assertIn("dataset openqa is not on this machine: `controller run` or `fetch` would "
                      "download hf:Hello-SimpleAI/HC3-Chinese/open_qa.jsonl (revision main) at "
                      f"{self.hub.url}, else ms:AI-ModelScope/HC3-Chinese/open_qa.jsonl", out)
        self.assertEqual(self.hub.requests + self.hub.cdn_requests, [])
        self.assert_fetched()
        self.hub.forget_requests()
        code, out, err = self.controller("validate", "scenario.yaml")
        self.assertEqual(code, 0, err)
        self.assertIn("8 requests from 8 prompts", out)
        self.assertEqual(self.hub.requests, [])

    def test_a_scenario_without_hubs_has_nothing_to_fetch(self):
        self.write("q.jsonl", '{"question": "why?"}\n')
        self.write("scenario.yaml", SCENARIO.replace("openqa}", "openqa, path: q.jsonl}"))
        self.variables["HF_ENDPOINT"] = "nonsense, but nobody looks at it"
        code, out, err = self.fetch()
        self.assertEqual(code, 0, err)
        self.assertIn("nothing to fetch", out)


class ModelScopeTest(HubTest):
    def setUp(self):
        super().setUp()
        self.hub.large.clear()
        self.hub.add(MS_REPOSITORY, FILE, QUESTIONS)
        self.write("scenario.yaml", PINNED.replace("hub: hf", "hub: ms"))

    def test_the_list_of_files_has_size_and_hash(self):
        self.variables["MODELSCOPE_API_TOKEN"] = "ms_secret"
        out, _ = self.assert_fetched()
        self.assertIn("ms:AI-ModelScope/HC3-Chinese/open_qa.jsonl, revision master", out)
        self.assertEqual(self.hub.requests[0].headers["Authorization"], "Bearer ms_secret")
        self.assertEqual(self.hub.requests[0].headers["Cookie"], "m_session_id=ms_secret")
        self.assertNotIn("ms_secret", str(self.hub.cdn_requests))

    def test_the_hash_is_checked(self):
        self.hub.cdn_faults = [other_bytes, other_bytes]
        self.assert_refused("and should be " + sha256(QUESTIONS))

    def test_without_a_hash_nothing_is_put_together(self):
        self.hub.listing = False
        self.hub.cdn_faults = [cut_after(1000)]
        self.assert_fetched()
        self.assertEqual(self.ranges(), [None, None])

    def test_what_modelscopes_own_program_downloaded_is_used(self):
        folder = os.path.join(self.folder, ".cache/modelscope/hub/datasets/AI-ModelScope/HC3-Chinese")
        os.makedirs(folder)
        with open(os.path.join(folder, FILE), "wb") as file:
            file.write(QUESTIONS)
        self.assert_fetched()
        self.assertEqual(self.hub.cdn_requests, [])
        with open(os.path.join(folder, FILE), "wb") as file:
            file.write(b"an older one")
        self.assert_fetched()
        self.assertEqual(len(self.hub.cdn_requests), 1)

    def test_an_unknown_repository_and_file(self):
        self.hub.large.clear()
        self.assert_refused("ModelScope answers 404")
        self.hub.add(MS_REPOSITORY, "other", b"x")
        self.assert_refused("no file 'open_qa.jsonl'")

    def test_auto_goes_on_to_modelscope(self):
        self.write("scenario.yaml", SCENARIO)
        self.variables["HF_ENDPOINT"] = f"http://127.0.0.1:{unused_port()}"
        out, err = self.assert_fetched()
        self.assertIn("ms:AI-ModelScope", out)
        self.assertIn("so the next hub is asked", err)

    def test_without_a_network_it_is_soon_over(self):
        self.variables["MODELSCOPE_ENDPOINT"] = f"http://127.0.0.1:{unused_port()}"
        err = self.assert_refused("ModelScope cannot be reached", "https_proxy",
                                  "MODELSCOPE_ENDPOINT")
        self.assertEqual(err.count("trying again"), 2)

    def test_when_no_hub_has_it_both_say_why(self):
        self.write("scenario.yaml", SCENARIO)
        self.hub.large.clear()
        self.assert_refused("Hugging Face answers 401", "ModelScope answers 404")

    def test_the_user_chooses_the_hub(self):
        self.write("scenario.yaml", SCENARIO)
        self.variables["MONSOON_HUB"] = "ms"
        self.assert_fetched()
        self.assertTrue(all("/datasets/AI-ModelScope/" in request.path
                            for request in self.hub.requests))


class RunWithHubTest(HubTest):
    def test_a_run_downloads_and_says_what_it_used(self):
        with MockEngine("--ttft", "2ms", "--itl", "1ms", "--tokens", 3) as mock:
            self.write("scenario.yaml", SCENARIO.replace("http://127.0.0.1:9", mock.url)
                       + LOOSE_VERDICT)
            code, out, err = self.controller("run", "scenario.yaml", "--out", "run")
            self.assertEqual(code, 0, err)
            # The scenario as resolved names the commit and the hash, and runs without a network.
            self.variables["HF_HUB_OFFLINE"] = "1"
            again, _, err = self.controller("run", "run/scenario.yaml", "--out", "again")
            self.assertEqual(again, 0, err)
        with open(os.path.join(self.folder, "run", "report.json"), encoding="utf-8") as file:
            case = json.load(file)["cases"][0]
        self.assertEqual(case["dataset_hub"],
                         {"file": "hf:Hello-SimpleAI/HC3-Chinese/open_qa.jsonl",
                          "revision": COMMIT, "sha256": sha256(QUESTIONS)})
        self.assertIn(COMMIT, out)
        with open(os.path.join(self.folder, "run", "report.html"), encoding="utf-8") as file:
            self.assertIn(sha256(QUESTIONS), file.read())
        with open(os.path.join(self.folder, "run", "scenario.yaml"), encoding="utf-8") as file:
            resolved = file.read()
        self.assertIn(COMMIT, resolved)
        self.assertNotIn(self.folder, resolved)
        self.assertEqual(len(mock.truth), 16)

    def test_a_tokenizer_by_name(self):
        self.hub.add_small("Org/Model", "tokenizer.json", b"{}")
        self.hub.add("models/Org/Only-There", "tokenizer.json", b"[]")
        self.write("q.jsonl", '{"question": "why?"}\n')
        self.write("scenario.yaml", SCENARIO.replace("openqa}", "openqa, path: q.jsonl}").replace(
            "model: mock", "model: [{name: a, tokenizer: Org/Model}, "
                           "{name: b, tokenizer: Org/Only-There}]"))
        code, out, err = self.fetch()
        self.assertEqual(code, 0, err)
        self.assertIn(f"tokenizer of model a\n  hf:Org/Model, revision {COMMIT}, 2 bytes\n", out)
        self.assertIn("tokenizer of model b\n  ms:Org/Only-There, revision master, 2 bytes\n", out)
        self.assertTrue(os.path.exists(
            self.cache("snapshots", COMMIT, "tokenizer.json", repository="models--Org--Model")))


if __name__ == "__main__":
    unittest.main()
