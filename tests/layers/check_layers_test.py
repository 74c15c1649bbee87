"""The layer check must fail on a tree that breaks each rule, and say where and why."""

import contextlib
import io
import os
import tempfile
import unittest

import check_layers

HERE = os.path.dirname(os.path.abspath(__file__))

# (file, include, allowed): the rules of the design, one or more lines each.
CASES = [
    ("common/stats/a.h", "<vector>", True),
    ("common/stats/a.h", '"absl/status/status.h"', True),
    ("common/stats/a.h", '"common/time/clock.h"', True),
    ("common/stats/a.h", '"common/time/steady_clock.h"', False),
    ("common/stats/a.h", '"common/wire/convert.h"', False),
    ("common/stats/a.h", "<thread>", False),
    ("common/stats/a.h", "<mutex>", False),
    ("common/stats/a.h", "<fstream>", False),
    ("common/stats/a.h", "<chrono>", False),
    ("common/stats/a.h", "<sys/socket.h>", False),
    ("common/stats/a.h", '"absl/time/clock.h"', False),
    ("common/stats/a.h", '"absl/synchronization/mutex.h"', False),
    ("common/stats/a.h", "<xxhash.h>", False),
    ("common/stats/a.h", '"agent/core/load/slot.h"', False),
    ("common/stats/a.h", '"controller/core/run/plan.h"', False),
    ("common/model/item.cc", "<xxhash.h>", True),
    ("common/time/steady_clock.cc", "<time.h>", True),
    ("common/time/duration_text.cc", "<time.h>", False),
    ("common/wire/convert.h", '"monsoon/v1/record.pb.h"', True),
    ("common/wire/convert.h", "<grpcpp/grpcpp.h>", False),
    ("common/model/item.h", '"monsoon/v1/record.pb.h"', False),
    ("agent/core/load/slot.cc", '"agent/core/engine/engine_adapter.h"', True),
    ("agent/core/load/slot.cc", '"common/wire/convert.h"', False),
    ("agent/core/load/slot.cc", '"agent/io/http/transport.h"', False),
    ("agent/core/load/slot.cc", '"controller/core/run/plan.h"', False),
    ("agent/core/load/slot.cc", "<curl/curl.h>", False),
    ("agent/core/load/slot.cc", "<simdjson.h>", False),
    ("agent/core/load/slot.cc", "<thread>", False),
    ("agent/core/load/slot.cc", "<unistd.h>", False),
    ("agent/core/load/slot.cc", '"common/time/steady_clock.h"', False),
    ("agent/core/engine/vllm.cc", "<simdjson.h>", True),
    ("agent/core/engine/vllm.cc", "<nlohmann/json.hpp>", True),
    ("agent/core/load/slot.cc", '"common/concurrency/blocking_queue.h"', False),
    ("agent/core/load/slot.cc", '"common/concurrency/bounded_queue.h"', True),
    ("agent/core/net/policy.cc", "<arpa/inet.h>", True),
    ("agent/core/net/policy.cc", "<sys/socket.h>", False),
    ("common/concurrency/blocking_queue.h", '"absl/synchronization/mutex.h"', True),
    ("common/stats/a.h", '"common/concurrency/blocking_queue.h"', False),
    ("agent/io/http/transport.cc", '"common/concurrency/blocking_queue.h"', True),
    ("agent/io/http/transport.cc", "<curl/curl.h>", True),
    ("agent/io/http/transport.cc", "<sys/epoll.h>", True),
    ("agent/io/http/transport.cc", '"common/time/steady_clock.h"', True),
    ("agent/io/http/transport.cc", "<sqlite3.h>", False),
    ("agent/io/service/service.cc", "<curl/curl.h>", False),
    ("agent/io/service/service.cc", "<grpcpp/grpcpp.h>", True),
    ("agent/io/service/service.cc", '"common/wire/convert.h"', True),
    ("agent/io/service/service.cc", "<yaml-cpp/yaml.h>", False),
    ("agent/main.cc", '"agent/io/service/service.h"', True),
    ("agent/main.cc", '"common/time/steady_clock.h"', True),
    ("agent/main.cc", '"common/wire/convert.h"', False),
    ("agent/main.cc", '"controller/io/store/run_db.h"', False),
    ("controller/core/run/plan.cc", "<nlohmann/json.hpp>", False),
    ("controller/core/run/plan.cc", '"agent/core/load/slot.h"', False),
    ("controller/core/report/json.cc", "<nlohmann/json.hpp>", True),
    ("controller/core/dataset/line.cc", "<simdjson.h>", True),
    ("controller/core/dataset/line.cc", "<fstream>", False),
    ("controller/io/scenario/reader.cc", "<yaml-cpp/yaml.h>", True),
    ("controller/io/store/run_db.cc", "<yaml-cpp/yaml.h>", False),
    ("controller/io/store/run_db.cc", "<sqlite3.h>", True),
    ("controller/io/files/writer.cc", "<sqlite3.h>", False),
    ("controller/io/files/writer.cc", "<filesystem>", True),
    ("controller/io/agents/link.cc", "<grpcpp/grpcpp.h>", True),
    ("controller/io/store/run_db.cc", "<grpcpp/grpcpp.h>", False),
    ("controller/io/agents/link.cc", "<curl/curl.h>", False),
    ("controller/io/agents/link.cc", '"agent/core/load/slot.h"', False),
    ("tests/mock_engine/server.cc", "<sys/epoll.h>", True),
    ("tests/mock_engine/server.cc", '"common/time/steady_clock.h"', False),
    ("tests/mock_engine/mock_engine_main.cc", '"common/time/steady_clock.h"', True),
    ("tests/mock_engine/server.cc", '"agent/core/stream/sse_parser.h"', False),
    ("tests/mock_engine/server.cc", '"controller/core/run/plan.h"', False),
    # Whatever the folder: no relative paths, no header that nobody put into a group.
    ("agent/io/http/transport.cc", '"transport.h"', False),
    ("agent/io/http/transport.cc", '"../service/service.h"', False),
    ("agent/io/http/transport.cc", "<boost/asio.hpp>", False),
    # A new folder needs a line of its own.
    ("common/time/deep/a.h", "<vector>", True),
    ("agent/extra/a.h", "<vector>", False),
]


def run_check(root, *arguments):
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        status = check_layers.main(["--root", root, *arguments])
    return status, output.getvalue()


class LayersTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = folder.name

    def write(self, path, text):
        full = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)

    def remove(self, path):
        os.remove(os.path.join(self.root, path))

    def test_each_rule_of_the_table(self):
        for path, include, allowed in CASES:
            with self.subTest(file=path, include=include):
                self.write(path, f"// A file.\n#include {include}\n")
                status, output = run_check(self.root)
                self.remove(path)
                self.assertEqual(status, 0 if allowed else 1, output)
                if not allowed:
                    line = 1 if path.startswith("agent/extra") else 2
                    self.assertIn(f"{path}:{line}: ", output)

    def test_all_broken_rules_of_a_bad_tree_are_named_at_once(self):
        self.write("agent/core/load/a.cc", "#include <vector>\n#include <thread>\n")
        self.write("controller/core/run/b.cc", '#  include "agent/core/load/a.h"\n')
        status, output = run_check(self.root)
        self.assertEqual(status, 1)
        self.assertEqual(
            output.splitlines(),
            ["agent/core/load/a.cc:2: <thread> (world) is not allowed in agent/core/**",
             'controller/core/run/b.cc:1: "agent/core/load/a.h" is not allowed in controller/core/**',
             "layers: 2 files, 2 broken rules (tests/layers/table.txt)"])

    def test_a_commented_include_is_no_include(self):
        self.write("common/base/a.h", "//   #include <thread>\n")
        self.assertEqual(run_check(self.root)[0], 0)

    def test_named_files_only(self):
        self.write("common/base/good.h", "#include <vector>\n")
        self.write("common/base/bad.h", "#include <thread>\n")
        self.assertEqual(run_check(self.root, os.path.join(self.root, "common/base/good.h"))[0], 0)
        self.assertEqual(run_check(self.root, os.path.join(self.root, "common/base/bad.h"))[0], 1)

    def test_an_empty_tree_is_an_error_not_a_pass(self):
        status, output = run_check(self.root)
        self.assertEqual(status, 2)
        self.assertIn("no source files", output)

    def test_a_broken_table_is_an_error(self):
        self.write("common/base/a.h", "#include <vector>\n")
        for text, complaint in [("allow common/** = sdt\n", "no group is called 'sdt'"),
                                ("permit common/** = std\n", "expected 'group NAME")]:
            self.write("table.txt", text)
            status, output = run_check(self.root, "--table", os.path.join(self.root, "table.txt"))
            self.assertEqual(status, 2)
            self.assertIn(complaint, output)


if __name__ == "__main__":
    unittest.main()
