"""Deterministic choice for make_samples.py: the same on every machine and Python version.

Python's own random module promises that for random() only, so this is SplitMix64, as in
controller/core/dataset/permutation.h.
"""

import re

_MASK = (1 << 64) - 1


class Deck:
    """Draws from lists. Each list is dealt like a pack of cards: nothing comes back before all came."""

    def __init__(self, seed):
        self._state = seed & _MASK
        self._packs = {}

    def _next(self):
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        z = self._state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        return z ^ (z >> 31)

    def number(self, low, high):
        return low + self._next() % (high - low + 1)

    def deal(self, cards):
        key = id(cards)
        if not self._packs.get(key):
            pack = list(cards)
            for i in range(len(pack) - 1, 0, -1):
                j = self.number(0, i)
                pack[i], pack[j] = pack[j], pack[i]
            self._packs[key] = pack
        return self._packs[key].pop()

    def fill(self, template, words):
        """Replaces {name} by a card of words["name"] and {3-40} by a number of that range."""

        def value(match):
            name = match.group(1)
            if re.fullmatch(r"\d+-\d+", name):
                low, high = name.split("-")
                return str(self.number(int(low), int(high)))
            chosen = words[name]
            return chosen if isinstance(chosen, str) else self.deal(chosen)

        text = re.sub(r"\{([^{}]+)\}", value, template)
        return text[0].upper() + text[1:]

    def paragraph(self, templates, words, sentences):
        return " ".join(self.fill(self.deal(templates), words) for _ in range(sentences))
