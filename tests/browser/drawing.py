"""Settings drawn for the explorer: stacks of all kinds, most of which fit, some of which do not."""

from __future__ import annotations

import random

LETTERS = {
    "conv": "k s d lo hi g o",
    "depthwise": "k s d lo hi m",
    "separable": "k s d lo hi m o",
    "max_pool": "k s lo hi",
    "transposed": "k s lo hi a o",
}
CHANNELS = (1, 2, 3, 4, 6, 8)


def draw_layer(draw, kind=None):
    kind = kind or draw.choice(list(LETTERS))
    k, s = draw.randint(1, 5), draw.choice((1, 1, 1, 2, 3))
    numbers = {"k": k, "s": s, "d": draw.choice((1, 1, 2, 3)), "lo": draw.randint(0, 4), "hi": draw.randint(0, 4)}
    numbers |= {"g": draw.choice((1, 1, 1, 2)), "o": draw.choice(CHANNELS), "m": draw.randint(1, 3)}
    numbers |= {"a": draw.randint(0, s - 1)}
    if kind == "max_pool":
        numbers |= {"lo": draw.randint(0, k - 1), "hi": draw.randint(0, k - 1)}
    return ",".join([kind, *(f"{letter}{numbers[letter]}" for letter in LETTERS[kind].split())])


def draw_query(draw, kinds=tuple(LETTERS)):
    layers = [draw_layer(draw, draw.choice(kinds)) for _ in range(draw.choice((1, 1, 2, 3, 4)))]
    chosen = f"&at={draw.randrange(len(layers))}"
    if draw.random() < 0.5:
        chosen += f"&i={draw.randint(0, 5)}"
    return f"n={draw.randint(5, 40)}&c={draw.choice(CHANNELS)}&L={';'.join(layers)}{chosen}"


def queries(seed, count, **how):
    draw = random.Random(seed)  # noqa: S311 - no secrets
    return [draw_query(draw, **how) for _ in range(count)]
