"""A language model of random weights that real engines load: model.gguf and tokenizer.json.

    python3 tests/real/tiny_model.py FOLDER

Two small Llama layers over a byte-level BPE vocabulary. Whatever it is asked, it answers with made-up
words, one token each, and never ends by itself; so an engine's counts, its end by max_tokens and its
text can be checked against the tokenizer, which holds the very same vocabulary. Only the standard
library; the same seed gives the same files.

GGUF version 3: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

import argparse
import array
import json
import os
import random
import struct

EMBEDDING, HEADS, KV_HEADS, FEED_FORWARD, LAYERS, CONTEXT = 64, 4, 2, 128, 2, 8192
SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
WORDS = 600
ALIGNMENT = 32
SPLIT = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"  # GPT-2's
CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}"
    "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}")
UINT32, FLOAT32, BOOL, STRING, ARRAY, INT32 = 4, 6, 7, 8, 9, 5
NORMAL, CONTROL = 1, 3


def byte_characters():
    """GPT-2's printable stand-ins for the 256 bytes, in the order of the bytes."""
    printable = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = iter(range(0x100, 0x200))
    return [chr(byte if byte in printable else next(others)) for byte in range(256)]


class Vocabulary:
    """Bytes; then words with the blank before them, and what merging builds them from."""

    def __init__(self, source):
        blank = byte_characters()[ord(" ")]
        syllables = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]
        words = set()
        while len(words) < WORDS:
            words.add(blank + "".join(source.choices(syllables, k=source.randint(1, 3))))
        self.tokens = byte_characters()
        self.merges = []
        known = set(self.tokens)
        for word in sorted(words):
            for end in range(2, len(word) + 1):
                if word[:end] in known:
                    continue
                known.add(word[:end])
                self.tokens.append(word[:end])
                self.merges.append((word[:end - 1], word[end - 1]))
        self.first_special = len(self.tokens)
        self.tokens += SPECIAL
        self.words = [i for i, token in enumerate(self.tokens) if token in words]

    def id_of(self, token):
        return self.tokens.index(token)

    def tokenizer(self):
        added = [{"id": self.id_of(token), "content": token, "single_word": False, "lstrip": False,
                  "rstrip": False, "normalized": False, "special": True} for token in SPECIAL]
        plain = {token: i for i, token in enumerate(self.tokens[:self.first_special])}
        split = {"type": "Split", "pattern": {"Regex": SPLIT}, "behavior": "Isolated", "invert": False}
        level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False,
                 "use_regex": False}
        return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": added,
                "normalizer": None,
                "pre_tokenizer": {"type": "Sequence", "pretokenizers": [split, level]},
                "post_processor": None, "decoder": level,
                "model": {"type": "BPE", "dropout": None, "unk_token": None,
                          "continuing_subword_prefix": None, "end_of_word_suffix": None,
                          "fuse_unk": False, "byte_fallback": False, "vocab": plain,
                          "merges": [" ".join(pair) for pair in self.merges]}}


def text(value):
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def field(name, kind, value):
    scalar = {UINT32: "<I", FLOAT32: "<f", BOOL: "<?"}
    packed = text(value) if kind == STRING else struct.pack(scalar[kind], value)
    return text(name) + struct.pack("<I", kind) + packed


def list_field(name, kind, values):
    items = b"".join(text(v) if kind == STRING else struct.pack("<i", v) for v in values)
    return text(name) + struct.pack("<IIQ", ARRAY, kind, len(values)) + items


def fields(vocabulary):
    llama = {"context_length": CONTEXT, "embedding_length": EMBEDDING, "block_count": LAYERS,
             "feed_forward_length": FEED_FORWARD, "attention.head_count": HEADS,
             "attention.head_count_kv": KV_HEADS, "rope.dimension_count": EMBEDDING // HEADS,
             "vocab_size": len(vocabulary.tokens)}
    kinds = [CONTROL if i >= vocabulary.first_special else NORMAL
             for i in range(len(vocabulary.tokens))]
    out = [field("general.architecture", STRING, "llama"), field("general.name", STRING, "tiny")]
    out += [field(f"llama.{name}", UINT32, value) for name, value in llama.items()]
    out += [field("llama.attention.layer_norm_rms_epsilon", FLOAT32, 1e-5),
            field("tokenizer.ggml.model", STRING, "gpt2"),
            field("tokenizer.ggml.pre", STRING, "gpt-2"),
            list_field("tokenizer.ggml.tokens", STRING, vocabulary.tokens),
            list_field("tokenizer.ggml.token_type", INT32, kinds),
            list_field("tokenizer.ggml.merges", STRING, [" ".join(m) for m in vocabulary.merges]),
            field("tokenizer.ggml.bos_token_id", UINT32, vocabulary.id_of("<|endoftext|>")),
            field("tokenizer.ggml.eos_token_id", UINT32, vocabulary.id_of("<|im_end|>")),
            field("tokenizer.ggml.add_bos_token", BOOL, False),
            field("tokenizer.chat_template", STRING, CHAT_TEMPLATE)]
    return out


def tensors(vocabulary, source):
    """Name, shape (the innermost dimension first) and values."""
    def noise(*shape):
        count = 1
        for size in shape:
            count *= size
        return shape, array.array("f", (source.gauss(0, 0.2) for _ in range(count)))

    def ones(size):
        return (size,), array.array("f", [1.0] * size)

    size, kv = EMBEDDING, EMBEDDING // HEADS * KV_HEADS
    yield "token_embd.weight", *noise(size, len(vocabulary.tokens))
    for layer in range(LAYERS):
        for name, tensor in (("attn_norm", ones(size)), ("attn_q", noise(size, size)),
                             ("attn_k", noise(size, kv)), ("attn_v", noise(size, kv)),
                             ("attn_output", noise(size, size)), ("ffn_norm", ones(size)),
                             ("ffn_gate", noise(size, FEED_FORWARD)),
                             ("ffn_up", noise(size, FEED_FORWARD)),
                             ("ffn_down", noise(FEED_FORWARD, size))):
            yield f"blk.{layer}.{name}.weight", *tensor
    yield "output_norm.weight", *ones(size)
    # Only whole words ever score above zero, so that an answer is text, and never ends by itself.
    rows = array.array("f", bytes(4 * size * len(vocabulary.tokens)))
    for word in vocabulary.words:
        rows[word * size:(word + 1) * size] = noise(size)[1]
    yield "output.weight", (size, len(vocabulary.tokens)), rows


def write_gguf(path, vocabulary, source):
    metadata = fields(vocabulary)
    all_tensors = list(tensors(vocabulary, source))
    described, data = b"", b""
    for name, shape, values in all_tensors:
        described += text(name) + struct.pack("<I", len(shape))
        described += struct.pack(f"<{len(shape)}Q", *shape) + struct.pack("<IQ", 0, len(data))
        data += values.tobytes()
        data += bytes(-len(data) % ALIGNMENT)
    head = b"GGUF" + struct.pack("<IQQ", 3, len(all_tensors), len(metadata))
    head += b"".join(metadata) + described
    with open(path, "wb") as file:
        file.write(head + bytes(-len(head) % ALIGNMENT) + data)


def write_model(folder, seed=1):
    source = random.Random(seed)
    vocabulary = Vocabulary(source)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "tokenizer.json"), "w", encoding="utf-8") as file:
        json.dump(vocabulary.tokenizer(), file, ensure_ascii=False)
    write_gguf(os.path.join(folder, "model.gguf"), vocabulary, source)
    return vocabulary


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    print(len(write_model(parser.parse_args().folder).tokens), "tokens")
