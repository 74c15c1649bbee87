"""Each rule of check_text.py must find what breaks it, and leave what does not alone."""

import contextlib
import io
import os
import tempfile
import unittest

import check_text

GOOD_HEADER = "// A thing.\n#pragma once\n\nint F();\n"
# (file, content, expected "line: beginning of the message", or None when it is fine)
CASES = [
    ("common/a.h", GOOD_HEADER, None),
    ("common/a.h", "#pragma once\n", "1: open the header with a paragraph"),
    ("common/a.h", "// A thing.\nint F();\n", "1: a header needs #pragma once"),
    ("common/a.cc", "int x;\n", None),
    ("common/a.cc", "int x; \n", "1: blanks at the end"),
    ("common/a.cc", "int x;", "1: the last line lacks its newline"),
    ("common/a.cc", "int x;\n\n", "2: an empty line at the end"),
    ("common/a.cc", "int x;\n\tint y;\n", "2: a tab"),
    ("common/a.cc", "int x;\n// TO" + "DO: y\n", "2: unfinished work"),
    ("common/a.cc", "// FIX" + "ME\n", "1: unfinished work"),
    ("tests/e2e/a.py", "# X" + "XX\n", "1: unfinished work"),
    ("tests/e2e/a.py", 'mktemp("XX' + 'XXXX")\n', None),
    ("common/a.cc", "// /ho" + "me/ann/monsoon\n", "1: a path of one machine"),
    ("common/a.cc", "// /ho" + "me/user/data\n", None),
    ("docs/a.md", "see https://example.org/ho" + "me/page\n", None),
    ("docs/a.md", "`~/ro" + "ot/x`\n", None),
    ("common/a.cc", "int x;\n" * 300, None),
    ("common/a.cc", "int x;\n" * 301, "301: 301 lines"),
    ("common/CMakeLists.txt", "file(GL" + "OB x *.cc)\n", "1: list the sources by name"),
    ("common/CMakeLists.txt", "# no file(GL" + "OB)\n", None),
    ("common/a.cc", b"// \xff\n", "1: not UTF-8 at byte 3"),
    # Not ours, or kept as data.
    ("tests/golden/a.txt", "ugly \n\n", None),
    ("elsewhere/a.cc", "int x; ", None),
]


class CheckTextTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = folder.name

    def write(self, path, content):
        full = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return full

    def check(self, *arguments):
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            status = check_text.main(["--root", self.root, *arguments])
        return status, output.getvalue()

    def test_each_rule(self):
        for path, content, expected in CASES:
            with self.subTest(path=path, content=content[:40]):
                full = self.write(path, content)
                status, output = self.check()
                os.remove(full)
                if expected is None:
                    self.assertEqual(status, 0, output)
                else:
                    self.assertEqual(status, 1, output)
                    self.assertEqual(output.count("\n"), 2, output)
                    self.assertIn(f"{path}:{expected}", output)

    def test_the_path_of_this_very_checkout_is_a_machine_path(self):
        self.write("docs/a.md", f"run it in {self.root}/build\n")
        self.assertIn("docs/a.md:1: a path of one machine", self.check()[1])

    def test_named_files_only(self):
        self.write("common/bad.cc", "int x; \n")
        good = self.write("common/good.cc", "int x;\n")
        self.assertEqual(self.check(good)[0], 0)
        self.assertEqual(self.check()[0], 1)


if __name__ == "__main__":
    unittest.main()
