"""The work that every tool gets, and the files that tools ask for: prompts and a tokenizer.

Nothing is fetched: the tokenizer is a word list of our own in the format of Hugging Face's
tokenizers, so that a tool which insists on one finds it by path.
"""

import dataclasses
import json
import os

TTFT, ITL, TOKENS = "50ms", "10ms", 100
MODEL = "mock"
WORDS = ("what", "does", "the", "sea", "say", "to", "a", "ship", "when", "rain", "falls", "at",
         "night", "and", "why", "is", "it", "so", "loud", "here")
PROMPT_WORDS = 12
# Tools that count the answer's tokens themselves split it at spaces, as its vocabulary is words.
CHAT_TEMPLATE = "{% for message in messages %}{{ message['content'] }} {% endfor %}"


def requests_for(streams):
    """Ten rounds of 128 streams; three of 1000: 11 s and 3.2 s for a client that keeps up."""
    return max(1280, 3 * streams)


@dataclasses.dataclass
class Work:
    """One run of one tool."""

    address: str  # HOST:PORT of the mock engine
    streams: int
    requests: int
    folder: str  # the run's own scratch folder
    tokenizer: str  # folder, see write_tokenizer()

    @property
    def base_url(self):
        return f"http://{self.address}"

    @property
    def chat_url(self):
        return f"{self.base_url}/v1/chat/completions"

    def path(self, name):
        return os.path.join(self.folder, name)

    def write_prompts(self, name, line, count=None):
        """A file of `count` (default: requests) lines; line(prompt) is text or a JSON value."""
        path = self.path(name)
        with open(path, "w", encoding="utf-8") as file:
            for number in range(count or self.requests):
                content = line(prompt(number))
                file.write((content if isinstance(content, str) else json.dumps(content)) + "\n")
        return path


def prompt(number):
    """Twelve words, another row of them for each number below 20 ** 12."""
    words = []
    for _ in range(PROMPT_WORDS):
        number, word = divmod(number, len(WORDS))
        words.append(WORDS[word])
    return " ".join(reversed(words))


def write_tokenizer(folder):
    """A fast tokenizer: one token per word or sign, unknown ones are [UNK]."""
    special = ["[UNK]", "[PAD]", "[BOS]", "[EOS]"]
    # Some tools draw random prompts from the vocabulary, so it needs more than the few words above.
    vocabulary = special + list(WORDS) + [f"w{number}" for number in range(1000)]
    contents = {
        "tokenizer.json": {
            "version": "1.0", "truncation": None, "padding": None,
            "added_tokens": [{"id": k, "content": word, "single_word": False, "lstrip": False,
                              "rstrip": False, "normalized": False, "special": True}
                             for k, word in enumerate(special)],
            "normalizer": None, "pre_tokenizer": {"type": "Whitespace"}, "post_processor": None,
            "decoder": None,
            "model": {"type": "WordLevel", "unk_token": "[UNK]",
                      "vocab": {word: k for k, word in enumerate(vocabulary)}},
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 131072,
            "unk_token": "[UNK]", "pad_token": "[PAD]", "bos_token": "[BOS]", "eos_token": "[EOS]",
            "chat_template": CHAT_TEMPLATE,
        },
        # Without a model type, AutoTokenizer would look for the model on the network.
        "config.json": {"model_type": "gpt2", "vocab_size": len(vocabulary), "bos_token_id": 2,
                        "eos_token_id": 3},
    }
    os.makedirs(folder, exist_ok=True)
    for name, content in contents.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            json.dump(content, file)
    return folder
