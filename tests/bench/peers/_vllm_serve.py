"""Runs the Python `vllm bench serve` of an installed vllm wheel without torch, CUDA and the engine.

    PYTHON-OF-ITS-ENVIRONMENT _vllm_serve.py ARGUMENTS-OF-VLLM-BENCH-SERVE

What loads and measures is the release's own code, unchanged: vllm/benchmarks/serve.py and lib/,
over aiohttp. Only what it imports beyond that, for engines, images and LoRA, is replaced by empty
modules, and the tokenizer is loaded by transformers directly, as vllm does in the end.
"""

import argparse
import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
import types
import unittest.mock

REAL = ("vllm.benchmarks", "vllm.envs", "vllm.logger", "vllm.logging_utils",
        "vllm.utils.argparse_utils", "vllm.utils.gc_utils", "vllm.utils.import_utils",
        "vllm.utils.mistral", "vllm.utils.network_utils")
# Their own __init__ imports torch; their real parts are found through __path__.
PACKAGES = ("vllm", "vllm.utils")


class Empty(types.ModuleType):
    """A module in which every name is a mock."""

    __path__ = ()

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return unittest.mock.MagicMock(name=f"{self.__name__}.{name}")


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, fullname, path=None, target=None):
        if fullname.split(".")[0] not in ("vllm", "torch"):
            return None
        if any(fullname == name or fullname.startswith(name + ".") for name in REAL):
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec):
        return Empty(spec.name)

    def exec_module(self, module):
        pass


def hf_tokenizer(name, **_):
    import transformers  # pylint: disable=import-outside-toplevel
    return transformers.AutoTokenizer.from_pretrained(name)


def main():
    folder = importlib.util.find_spec("vllm").submodule_search_locations[0]
    for name in PACKAGES:
        package = types.ModuleType(name)
        package.__path__ = [os.path.join(folder, *name.split(".")[1:])]
        sys.modules[name] = package
    sys.meta_path.insert(0, Finder())
    tokenizers = Empty("vllm.tokenizers")
    tokenizers.get_tokenizer = hf_tokenizer
    sys.modules["vllm.tokenizers"] = tokenizers

    from vllm.benchmarks import serve  # pylint: disable=import-outside-toplevel
    parser = argparse.ArgumentParser()
    serve.add_cli_args(parser)
    serve.main(parser.parse_args())


if __name__ == "__main__":
    main()
