"""Steps with momentum and weight decay: what is remembered, and in which order things are added."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "momentum_steps"]


def momentum_steps(w: Any, gradients: Any, lr: Any, momentum: Any, decay: Any = 0) -> list[Any]:
    """Remember a speed; each step adds the gradient to what is left of it, and moves by it."""
    speed, places = 0, []
    for gradient in gradients:
        speed = momentum * speed + gradient + decay * w
        w = w - lr * speed
        places.append(w)
    return places


def _other(speed: Callable[..., Any], move: Callable[..., Any] | None = None) -> Callable[..., Any]:
    """Return the steps with another rule for the speed, or for the move."""

    def steps(w: Any, gradients: Any, lr: Any, momentum: Any, decay: Any = 0) -> list[Any]:
        v, places = 0, []
        for gradient in gradients:
            g = gradient + decay * w
            v = speed(v, g, momentum, lr)
            w = w - (lr * v if move is None else move(v, g, momentum, lr))
            places.append(w)
        return places

    return steps


def _decays_at_the_end(w: Any, gradients: Any, lr: Any, momentum: Any, decay: Any = 0) -> list[Any]:
    v, places = 0, []
    for gradient in gradients:
        v = momentum * v + gradient
        w = w - lr * v - lr * decay * w
        places.append(w)
    return places


def _no_decay(w: Any, gradients: Any, lr: Any, momentum: Any, decay: Any = 0) -> list[Any]:  # noqa: ARG001, RUF100
    return momentum_steps(w, gradients, lr, momentum)


def _cases() -> list[Call]:
    rng, half, quarter = np.random.default_rng(1), Fraction(1, 2), Fraction(1, 4)
    calls = [call(Fraction(8), [Fraction(2)], half, 0), call(Fraction(8), [Fraction(2), Fraction(2)], half, half)]
    for lr, momentum, decay in ((half, half, 0), (half, quarter, half), (quarter, half, half), (1, 0, quarter)):
        gradients = [Fraction(int(g)) for g in rng.integers(-4, 5, 4)]
        calls.append(call(Fraction(8), gradients, lr, momentum, decay))
    return calls


EXERCISE = Exercise(
    name="momentum-steps",
    chapter=12,
    title="Steps with momentum",
    task="Write `momentum_steps(w, gradients, lr, momentum, decay=0)`: the list of w after each step of SGD, as "
    r"PyTorch takes them: $g = dw + decay \cdot w$ with w as it is before the step, $v \leftarrow momentum \cdot v "
    r"+ g$ with v 0 at first, $w \leftarrow w - lr \cdot v$. `gradients` has dw of each step, given in advance.",
    right=momentum_steps,
    cases=_cases,
    ask=call(8, [2, 2], 1, Fraction(1, 2)),
    misconceptions=(
        Misconception(
            "forgets the speed",
            "You stepped along each gradient alone. Momentum keeps a part of the speed of the steps before.",
            _other(lambda v, g, momentum, lr: g),
        ),
        Misconception(
            "averages the gradients",
            "You weighted the new gradient with 1 - momentum, as Adam does. PyTorch's SGD adds it whole: under a "
            "steady gradient the speed grows to 1 / (1 - momentum) times it.",
            _other(lambda v, g, momentum, lr: momentum * v + (1 - momentum) * g),
        ),
        Misconception(
            "looks ahead",
            "You moved by g + momentum * v: Nesterov's step. The plain one moves by v, which has g in it already.",
            _other(lambda v, g, momentum, lr: momentum * v + g, lambda v, g, momentum, lr: lr * (g + momentum * v)),
        ),
        Misconception(
            "keeps the decay out of the speed",
            "You took decay * w off beside the speed. In PyTorch's SGD it is part of the gradient, so that the speed "
            "remembers it; taken off separately it is decoupled weight decay, AdamW's idea.",
            _decays_at_the_end,
        ),
        Misconception(
            "leaves the decay out",
            "You did not use `decay`. It adds decay * w to each gradient, which pulls w towards 0.",
            _no_decay,
        ),
        Misconception(
            "moves before the speed is new",
            "You moved by the old speed and updated it afterwards. The new gradient belongs to the speed first: else "
            "the first step goes nowhere.",
            lambda w, gradients, lr, momentum, decay=0: _late(w, gradients, lr, momentum, decay),
        ),
    ),
    hints=(
        "Two things change with each step: the speed v, and then w. Keep both between steps.",
        "Add decay * w to the gradient before anything else, then update v, then move.",
    ),
)


def _late(w: Any, gradients: Any, lr: Any, momentum: Any, decay: Any) -> list[Any]:
    v, places = 0, []
    for gradient in gradients:
        g = gradient + decay * w
        w = w - lr * v
        v = momentum * v + g
        places.append(w)
    return places
