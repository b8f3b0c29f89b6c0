"""The loop: batches, forward, backward, a step; and what became of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from refconv.arithmetic.per_axis import flag, integer, real
from refconv.errors import ArgumentError, ArgumentTypeError, ShapeError
from refconv.layers.modules.checks import generator
from refconv.layers.modules.layer import Layer
from refconv.layers.training.losses import Loss
from refconv.layers.training.optimisers import Optimiser
from refconv.ops.elements import Array, check_numeric

__all__ = ["History", "evaluate", "fit", "predict"]

_PATIENCE = 2.0
"""Seconds before a progress bar is shown."""


@dataclass(slots=True)
class History:
    """What a training gave, one entry per epoch.

    Attributes
    ----------
    loss, accuracy : list of float
        Means over the epoch's samples as they were learnt from, so that early ones are of an earlier model. `accuracy`
        stays empty for a loss that knows no right and wrong.
    validation_loss, validation_accuracy : list of float
        After each epoch, on the samples given for it; else empty.
    seconds : list of float
        Since the beginning, validation included.
    stopped : str
        "" after all epochs; "seconds" where time was up, "interrupted" after Ctrl-C.

    Examples
    --------
    >>> print(History(loss=[0.5], accuracy=[0.75], seconds=[1.0]))
    1 epoch in 1.0 s: loss 0.5000, accuracy 0.7500
    """

    loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    validation_accuracy: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    stopped: str = ""

    @property
    def epochs(self) -> int:
        """How many were finished."""
        return len(self.loss)

    def __str__(self) -> str:
        lines = {name.replace("_", " "): getattr(self, name) for name in ("loss", "accuracy")}
        lines |= {f"validation {name}": getattr(self, f"validation_{name}") for name in ("loss", "accuracy")}
        last = ", ".join(f"{name} {values[-1]:.4f}" for name, values in lines.items() if values)
        took = f" in {self.seconds[-1]:.1f} s" if self.seconds else ""
        ended = f" ({self.stopped})" if self.stopped else ""
        return f"{self.epochs} epoch{'s' * (self.epochs != 1)}{took}{ended}" + (f": {last}" if last else "")


def fit(
    model: Layer,
    loss: Loss,
    optimiser: Optimiser,
    x: ArrayLike,
    labels: ArrayLike,
    *,
    epochs: int,
    batch_size: int,
    seed: int | np.random.Generator | None = 0,
    validation: tuple[ArrayLike, ArrayLike] | None = None,
    progress: bool | Callable[[int, History], object] = True,
    seconds: float | None = None,
) -> History:
    """Train a model, and leave it in use mode (`eval`).

    Parameters
    ----------
    model, loss, optimiser
        The optimiser must be of this model.
    x, labels : array_like
        Samples along the first axis. Floating x is taken in the type of the model's parameters.
    epochs : int
        How often to go through all samples.
    batch_size : int
        Samples per step; the last batch of an epoch may have fewer.
    seed : int, Generator or None
        For the order of the samples, a new one each epoch.
    validation : tuple of (x, labels), optional
        Samples to judge each epoch by, in use mode.
    progress : bool or callable
        Whether a bar is shown, in a terminal and from two seconds on; or what to call after each epoch with its number,
        from 1, and the history.
    seconds : float, optional
        Stop with the first batch after that many.

    Returns
    -------
    History
        Also after Ctrl-C, or when time is up: then the last epoch, unfinished, is not in it, but what the model learnt
        from it stays.

    Examples
    --------
    >>> from refconv.layers import SGD, Linear, MeanSquaredError
    >>> x = np.linspace(-1, 1, 32)[:, None]
    >>> model = Linear(1, 1, seed=0)
    >>> history = fit(model, MeanSquaredError(), SGD(model, lr=0.5), x, 3 * x + 1, epochs=50, batch_size=8)
    >>> history.epochs, model.weight.round(3), model.bias.round(3)
    (50, array([[3.]]), array([1.]))
    """
    for name, given, kind in (("model", model, Layer), ("loss", loss, Loss), ("optimiser", optimiser, Optimiser)):
        _check_kind("fit", name, given, kind)
    inputs, targets = _samples("fit", model, x, labels)
    many, size = integer("fit", "epochs", epochs, 1), integer("fit", "batch_size", batch_size, 1)
    if validation is not None and not (isinstance(validation, tuple | list) and len(validation) == 2):
        problem = f"validation is {type(validation).__name__}, but x and labels are needed."
        raise ArgumentTypeError("fit", problem, fix="Give a pair: validation=(x, labels).")
    held = None if validation is None else _samples("fit", model, *validation)
    if optimiser.model is not model:
        raise ArgumentError("fit", "the optimiser is that of another model.", fix="Make it with this model.")
    if not callable(progress):
        flag("fit", "progress", progress)
    rng, history, begun = generator("fit", seed), History(), time.perf_counter()
    limit = np.inf if seconds is None else real("fit", "seconds", seconds, 0, fix="Give a time, or None.")
    with ExitStack() as stack:
        batches = many * -(-len(inputs) // size)
        advance = stack.enter_context(_bar(batches, shown=progress is True))
        try:
            for epoch in range(1, many + 1):
                model.train()
                whole = _epoch(model, loss, optimiser, _drawn(rng, inputs, targets, size), advance, begun + limit)
                if whole is None:
                    history.stopped = "seconds"
                    break
                _note(history, whole, "")
                if held is not None:
                    _note(history, _judged(model.eval(), loss, *held, size), "validation_")
                history.seconds.append(time.perf_counter() - begun)
                if callable(progress):
                    progress(epoch, history)
        except KeyboardInterrupt:
            history.stopped = "interrupted"
            for name in ("loss", "accuracy", "validation_loss", "validation_accuracy"):  # whole epochs only
                del getattr(history, name)[len(history.seconds) :]
    model.eval()
    return history


def evaluate(model: Layer, loss: Loss, x: ArrayLike, labels: ArrayLike, *, batch_size: int = 64) -> tuple[float, float]:
    """Return the mean loss over all samples, and the part that is right (NaN where the loss knows none).

    The model is in use mode meanwhile.

    Examples
    --------
    >>> from refconv.layers import CrossEntropy, Flatten
    >>> value, right = evaluate(Flatten(), CrossEntropy(), np.eye(4), np.array([0, 1, 2, 0]))
    >>> right
    0.75
    """
    for name, given, kind in (("model", model, Layer), ("loss", loss, Loss)):
        _check_kind("evaluate", name, given, kind)
    inputs, targets = _samples("evaluate", model, x, labels)
    with _in_use(model):
        found = _judged(model, loss, inputs, targets, integer("evaluate", "batch_size", batch_size, 1))
    return found.loss, found.accuracy


def predict(model: Layer, x: ArrayLike, *, batch_size: int = 64) -> Array:
    """Return the model's results for all samples, computed batch by batch in use mode.

    Examples
    --------
    >>> from refconv.layers import ReLU
    >>> predict(ReLU(), np.array([[-1.0], [2.0], [3.0]]), batch_size=2).ravel()
    array([0., 2., 3.])
    """
    size = integer("predict", "batch_size", batch_size, 1)
    _check_kind("predict", "model", model, Layer)
    inputs = _typed("predict", model, x)
    if not inputs.ndim:
        raise ShapeError("predict", "x is a single number.", fix="Give samples along the first axis.")
    with _in_use(model):
        return np.concatenate([model(inputs[start : start + size]) for start in range(0, max(len(inputs), 1), size)])


@dataclass(slots=True)
class _Sums:
    """Sums over batches: the loss times its samples, and hits."""

    lost: float = 0.0
    samples: int = 0
    right: int = 0
    judged: int = 0

    def add(self, loss: Loss, value: float, scores: Array, labels: Array) -> None:
        count = loss.weight(labels)
        right, judged = loss.hits(scores, labels)
        self.lost, self.samples = self.lost + value * count, self.samples + count
        self.right, self.judged = self.right + right, self.judged + judged

    @property
    def loss(self) -> float:
        return self.lost / self.samples if self.samples else float("nan")

    @property
    def accuracy(self) -> float:
        return self.right / self.judged if self.judged else float("nan")


def _epoch(
    model: Layer,
    loss: Loss,
    optimiser: Optimiser,
    batches: Iterator[tuple[Array, Array]],
    advance: Callable[[], None],
    until: float,
) -> _Sums | None:
    """Learn from each batch once; None where time was up before the end."""
    sums = _Sums()
    for x, labels in batches:
        if time.perf_counter() > until:
            return None
        if loss.weight(labels):  # else no label counts, and there is nothing to learn
            model.zero_gradients()
            scores = model(x)
            value = loss(scores, labels)
            model.backward(loss.backward())
            optimiser.step()
            sums.add(loss, value, scores, labels)
        advance()
    return sums


def _judged(model: Layer, loss: Loss, x: Array, labels: Array, size: int) -> _Sums:
    sums = _Sums()
    for start in range(0, len(x), size):
        scores, wanted = model(x[start : start + size]), labels[start : start + size]
        if loss.weight(wanted):
            sums.add(loss, loss(scores, wanted), scores, wanted)
    return sums


def _drawn(rng: np.random.Generator, x: Array, labels: Array, size: int) -> Iterator[tuple[Array, Array]]:
    order = rng.permutation(len(x))
    for start in range(0, len(order), size):
        chosen = order[start : start + size]
        yield x[chosen], labels[chosen]


def _note(history: History, sums: _Sums, prefix: str) -> None:
    getattr(history, f"{prefix}loss").append(sums.loss)
    if sums.judged:
        getattr(history, f"{prefix}accuracy").append(sums.accuracy)


def _check_kind(op: str, name: str, given: Any, kind: type[Any]) -> None:
    if not isinstance(given, kind):
        made = f"{given.__name__}()" if isinstance(given, type) and issubclass(given, kind) else f"a {kind.__name__}"
        problem = f"{name} is {given!r}, but it must be a {kind.__name__} of refconv.layers."
        raise ArgumentTypeError(op, problem, fix=f"Give {made}.")


def _samples(op: str, model: Layer, x: ArrayLike, labels: ArrayLike) -> tuple[Array, Array]:
    inputs, targets = _typed(op, model, x), check_numeric(op, "labels", labels)
    if not inputs.ndim or not targets.ndim or len(inputs) != len(targets) or not len(inputs):
        problem = "x and labels must hold one entry per sample, along the first axis, and at least one."
        raise ShapeError(op, problem, f"x {inputs.shape}, labels {targets.shape}", fix="Leave out what has no partner.")
    return inputs, targets


def _typed(op: str, model: Layer, x: ArrayLike) -> Array:
    """Return x in the type of the parameters, so that float64 samples do not make a float32 model slow."""
    given = check_numeric(op, "x", x)
    first: Any = next(iter(model.parameters().values()), given)
    return given.astype(first.dtype, copy=False) if given.dtype.kind == "f" else given


@contextmanager
def _in_use(model: Layer) -> Iterator[None]:
    modes = [(layer, layer.training) for layer in model.walk()]
    model.eval()
    try:
        yield
    finally:
        for layer, training in modes:
            layer.training = training


@contextmanager
def _bar(batches: int, *, shown: bool) -> Iterator[Callable[[], None]]:
    """Yield what to call after each batch; the bar comes up when it has taken a while, and goes when all is done."""
    if not shown:
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("training"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    task, begun = bar.add_task("training", total=batches), time.perf_counter()

    def advance() -> None:
        bar.advance(task)
        if time.perf_counter() - begun > _PATIENCE and not bar.disable and not bar.live.is_started:
            bar.start()

    try:
        yield advance
    finally:
        if bar.live.is_started:  # rich before 14.3 ends the line of a bar that never came up
            bar.stop()
