"""Hugging Face and ModelScope on loopback, for tests: small HTTP servers that redirect, break off,
ignore ranges and refuse, as they are told. Standard library only.

    with FakeHub() as hub:
        hub.add("datasets/org/name", "data.jsonl", b"...")
        hub.cdn_faults.append(cut_after(100))
    hub.requests, hub.cdn_requests          # what was asked: Request(method, path, headers)

Large files (`add`) are redirected to a second server, on a port of its own, as the real ones' are;
small ones (`add_small`) come from the hub itself.
"""

import collections
import hashlib
import http.server
import json
import threading
import time
import urllib.parse

COMMIT = "c0ffee" + "0" * 34
Request = collections.namedtuple("Request", "method path headers")


def git_sha1(content):
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def sha256(content):
    return hashlib.sha256(content).hexdigest()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_any(self):
        hub = self.server.hub
        log = hub.cdn_requests if self.server.is_cdn else hub.requests
        log.append(Request(self.command, self.path, dict(self.headers.items())))
        (hub.serve_cdn if self.server.is_cdn else hub.serve)(self)

    do_GET = do_HEAD = handle_any

    def answer(self, status, headers=(), body=b"", length=None):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        if self.command == "HEAD":
            return
        try:
            self.wfile.write(body)
            self.wfile.flush()
        except OSError:
            self.close_connection = True

    def answer_content(self, content, headers=(), ranges=True):
        """The content, or the range of it that is asked for."""
        asked = self.headers.get("Range") if ranges else None
        if not asked:
            return self.answer(200, headers, content)
        begin = int(asked[len("bytes="):].split("-")[0])
        if begin >= len(content):
            return self.answer(416, [("Content-Range", f"bytes */{len(content)}")])
        span = f"bytes {begin}-{len(content) - 1}/{len(content)}"
        return self.answer(206, [*headers, ("Content-Range", span)], content[begin:])

    def log_message(self, *arguments):
        pass


# ---- Faults: each takes the handler and the content, and answers in its own way ----------------

def cut_after(count):
    """Promises all, sends `count` bytes, closes."""
    def fault(handler, content):
        begin = int((handler.headers.get("Range") or "bytes=0-")[6:].split("-")[0])
        rest = content[begin:]
        headers = []
        if begin:
            headers = [("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")]
        handler.answer(206 if begin else 200, headers, rest[:count], length=len(rest))
        handler.close_connection = True
    return fault


def stall_after(count, released):
    """Sends `count` bytes, then nothing, on an open connection, until the event `released`."""
    def fault(handler, content):
        cut_after(count)(handler, content)
        released.wait(30)
    return fault


def slowly(pieces, pause_s):
    """All of it, in `pieces` with a pause between them."""
    def fault(handler, content):
        begin = int((handler.headers.get("Range") or "bytes=0-")[6:].split("-")[0])
        rest = content[begin:]
        handler.send_response(206 if begin else 200)
        if begin:
            handler.send_header("Content-Range",
                                f"bytes {begin}-{len(content) - 1}/{len(content)}")
        handler.send_header("Content-Length", str(len(rest)))
        handler.end_headers()
        step = max(1, len(rest) // pieces)
        try:
            for at in range(0, len(rest), step):
                handler.wfile.write(rest[at:at + step])
                handler.wfile.flush()
                time.sleep(pause_s)
        except OSError:
            handler.close_connection = True
    return fault


def status(code, *headers, body=b"no"):
    return lambda handler, content: handler.answer(code, headers, body)


def ignore_range(handler, content):
    handler.answer_content(content, ranges=False)


def other_bytes(handler, content):
    handler.answer_content(bytes(byte ^ 1 for byte in content))


class FakeHub:
    def __init__(self):
        self.large = {}       # (repository's URL path, file) -> content
        self.small = {}
        self.requests = []
        self.cdn_requests = []
        self.faults = []      # of the hub; each is used once, the oldest first
        self.cdn_faults = []
        self.listing = True   # ModelScope's list of files has hashes

    def __enter__(self):
        self.servers = [self._start(is_cdn) for is_cdn in (False, True)]
        self.url, self.cdn_url = (f"http://127.0.0.1:{server.server_address[1]}"
                                  for server in self.servers)
        return self

    def __exit__(self, *exception):
        for server in self.servers:
            server.shutdown()
            server.server_close()

    def _start(self, is_cdn):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        server.hub = self
        server.is_cdn = is_cdn
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return server

    def add(self, repository, file, content):
        self.large[repository, file] = content

    def add_small(self, repository, file, content):
        self.small[repository, file] = content

    def forget_requests(self):
        self.requests.clear()
        self.cdn_requests.clear()

    def serve(self, handler):
        if self.faults:
            return self.faults.pop(0)(handler, b"")
        url = urllib.parse.urlparse(handler.path)
        if url.path.startswith("/api/v1/"):
            return self._serve_listing(handler, url)
        repository, _, rest = url.path[1:].partition("/resolve/")
        file = urllib.parse.unquote(rest.partition("/")[2])
        common = [("X-Repo-Commit", COMMIT)]
        if (repository, file) in self.small:
            content = self.small[repository, file]
            return handler.answer_content(content, [*common, ("ETag", f'"{git_sha1(content)}"')])
        if (repository, file) in self.large:
            content = self.large[repository, file]
            path = urllib.parse.quote(f"{repository}/{file}")
            return handler.answer(302, [
                *common, ("X-Linked-Etag", f'"{sha256(content)}"'),
                ("X-Linked-Size", str(len(content))),
                ("Location", f"{self.cdn_url}/{path}?Signature=signed-secret")])
        known = {name for name, _ in [*self.small, *self.large]}
        code = "EntryNotFound" if repository in known else "RepoNotFound"
        return handler.answer(404 if code == "EntryNotFound" else 401, [("X-Error-Code", code)])

    def _serve_listing(self, handler, url):
        repository = url.path[len("/api/v1/"):].rsplit("/repo/", 1)[0]
        files = [{"Path": file, "Name": file, "Type": "blob", "Size": len(content),
                  "Sha256": sha256(content) if self.listing else "", "Revision": "abc123"}
                 for (name, file), content in [*self.small.items(), *self.large.items()]
                 if name == repository]
        if not files:
            return handler.answer(404, [], b'{"Code":10010205001,"Message":"not found"}')
        body = json.dumps({"Code": 200, "Data": {"Files": files}, "Success": True}).encode()
        return handler.answer(200, [("Content-Type", "application/json")], body)

    def serve_cdn(self, handler):
        path = urllib.parse.unquote(urllib.parse.urlparse(handler.path).path[1:])
        repository, _, file = path.rpartition("/")
        content = self.large[repository, file]
        if self.cdn_faults:
            return self.cdn_faults.pop(0)(handler, content)
        return handler.answer_content(content, [("ETag", '"cdn-own-etag"')])
