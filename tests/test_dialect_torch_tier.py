"""The torch dialect held against PyTorch: drawn calls forward and backward, signatures, and what is refused.

Integer-valued arrays are compared with ``==``; floats within twice the bound of each side's own rounding. Left out is
where PyTorch 2.13 does other than it says (`docs/disagreements.md`):

- Max pooling's windows that read nothing but padding: the value is compared, but not the index, which lies outside the
  input, nor the gradient, which is written to wherever that points.
- `avg_pool3d` refuses an input smaller than the kernel, whatever its padding.
- Circular padding of an axis that is cropped to less than it pads reads memory that nobody has written.
"""

from __future__ import annotations

import inspect
import re
import warnings

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the optional tier: pip install refconv[torch]")
F = torch.nn.functional

from refconv.arithmetic.padding import terms_per_pixel  # noqa: E402
from refconv.dialects import torch as dialect  # noqa: E402
from refconv.errors import RefconvError  # noqa: E402
from refconv.ops import arguments  # noqa: E402
from refconv.ops.arguments import Options  # noqa: E402
from tests.against_torch import within  # noqa: E402
from tests.draw import from_rng  # noqa: E402
from tests.torch_calls import draw_conv, draw_pad, draw_pool, draw_transposed  # noqa: E402

pytestmark = pytest.mark.torch

DRAWN = 400
RANKS = (1, 2, 3)


def calls(draw, rank, count=DRAWN, seed=20261122):
    rng = np.random.default_rng([seed, rank])
    return [draw(from_rng(rng), rank) for _ in range(count)]


def arrays(call, number):
    """Return integer-valued float64 arrays for every other call, float32 normals for the rest."""
    return call.integers(np.float64) if number % 2 == 0 else call.normals(np.float32)


def tensors(*values):
    return [torch.tensor(a, requires_grad=True) for a in values]


def agree(ours, theirs, magnitude, terms, what):
    theirs = theirs.detach().numpy()
    assert ours.dtype == theirs.dtype, what
    if ours.dtype == np.float64:  # of integers
        assert ours.shape == theirs.shape, what
        assert (ours == theirs).all(), what
    else:
        within(ours, torch.from_numpy(theirs), magnitude, terms, what)


def convolved(x, w, b, call):
    """Return PyTorch's convolution: the function's with zeros, the module's with any other padding mode."""
    mode = call.options.get("padding_mode", "zeros")
    rest = {key: value for key, value in call.options.items() if key != "padding_mode"}
    if mode == "zeros":
        return getattr(F, f"conv{call.rank}d")(x, w, b, **rest)
    groups = rest.get("groups", 1)
    plain = {key: value for key, value in call.plain.items() if key in ("stride", "dilation")}
    padding = rest["padding"] if isinstance(rest.get("padding"), str) else tuple(lo for lo, _ in call.sides)
    module = getattr(torch.nn, f"Conv{call.rank}d")(
        w.shape[1] * groups, w.shape[0], call.kernel, padding=padding, groups=groups, padding_mode=mode, **plain
    )
    return torch.func.functional_call(module, {"weight": w, "bias": b}, (x,))


@pytest.mark.parametrize("rank", RANKS)
@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel:UserWarning")
def test_convolutions(rank):
    for number, call in enumerate(calls(draw_conv, rank)):
        x, w, b, dy = arrays(call, number)
        tx, tw, tb = tensors(x, w, b)
        ty = convolved(tx, tw, tb, call)
        ours, back = getattr(dialect, f"conv{rank}d"), getattr(dialect, f"conv{rank}d_backward")
        ax, aw, ab, ady = map(np.abs, (x, w, b, dy))
        agree(ours(x, w, b, **call.options), ty, ours(ax, aw, ab, **call.options), w[0].size + 1, call)
        theirs = torch.autograd.grad(ty, (tx, tw, tb), torch.tensor(dy))
        x_whole = x if call.batched else x[np.newaxis]
        plan = arguments.convolution("conv", rank, x_whole, w, None, Options(**call.plain)).plan
        outputs = dy.size // max(w.shape[0], 1)
        terms = (plan.group_filters * terms_per_pixel(plan), outputs, outputs)
        found, sizes = back(dy, x, w, **call.options), back(ady, ax, aw, **call.options)
        for one, other, size, count in zip(found, theirs, sizes, terms, strict=True):
            agree(one, other, size, count, call)


@pytest.mark.parametrize("rank", RANKS)
def test_transposed_convolutions(rank):
    for number, call in enumerate(calls(draw_transposed, rank)):
        x, w, b, dy = arrays(call, number)
        tx, tw, tb = tensors(x, w, b)
        ty = getattr(F, f"conv_transpose{rank}d")(tx, tw, tb, *call.positional)
        ours = getattr(dialect, f"conv_transpose{rank}d")
        back = getattr(dialect, f"conv_transpose{rank}d_backward")
        ax, aw, ab, ady = map(np.abs, (x, w, b, dy))
        taps = w[:, 0].size // call.plain["groups"]
        agree(ours(x, w, b, *call.positional), ty, ours(ax, aw, ab, *call.positional), taps + 1, call)
        theirs = torch.autograd.grad(ty, (tx, tw, tb), torch.tensor(dy))
        outputs = dy.size // b.size
        inputs = x.size // w.shape[0]
        terms = (w[0].size, inputs, outputs)
        found, sizes = back(dy, x, w, *call.positional), back(ady, ax, aw, *call.positional)
        for one, other, size, count in zip(found, theirs, sizes, terms, strict=True):
            agree(one, other, size, count, call)


@pytest.mark.parametrize("rank", RANKS)
def test_max_pooling(rank):
    backward = 0
    for number, call in enumerate(calls(draw_pool, rank)):
        options = {key: value for key, value in call.options.items() if key in call.max_words}
        x = call.integers(np.float64, -3, 3)[0]  # equals are common
        if number % 4 == 0:
            x = np.where(x == 3, np.nan, np.where(x == -3, -np.inf, x))
        (tx,) = tensors(x)
        ours = getattr(dialect, f"max_pool{rank}d")
        ty, where = getattr(F, f"max_pool{rank}d")(tx, **options, return_indices=True)
        y, places = ours(x, **options, return_indices=True)
        assert np.array_equal(y, ty.detach().numpy(), equal_nan=True), call
        assert np.array_equal(ours(x, **options), y, equal_nan=True), call
        found = places >= 0
        assert (places[found] == where.numpy()[found]).all(), call
        assert (y[~found] == -np.inf).all()
        if found.all():
            dy = np.random.default_rng(call.seed).integers(-9, 10, y.shape).astype(float)
            (theirs,) = torch.autograd.grad(ty, tx, torch.tensor(dy))
            dx = getattr(dialect, f"max_pool{rank}d_backward")(dy, x, **options)
            assert (dx == theirs.numpy()).all(), call
            backward += 1
    assert backward > DRAWN // 2


@pytest.mark.parametrize("rank", RANKS)
def test_average_pooling(rank):
    for number, call in enumerate(calls(draw_pool, rank)):
        options = {key: value for key, value in call.options.items() if key in call.average_words}
        dtype = (np.float64, np.float32)[number % 2]
        x = call.normals(dtype)[0]
        if rank == 3 and any(n < k for n, k in zip(x.shape[-3:], call.kernel, strict=True)):
            continue
        (tx,) = tensors(x)
        ty = getattr(F, f"avg_pool{rank}d")(tx, **options)
        ours, back = getattr(dialect, f"avg_pool{rank}d"), getattr(dialect, f"avg_pool{rank}d_backward")
        terms = int(np.prod(call.kernel)) + 1
        y = ours(x, **options)
        within(y, ty, np.abs(ours(np.abs(x), **options)), terms, call)
        dy = np.random.default_rng(call.seed).standard_normal(y.shape).astype(dtype)
        (theirs,) = torch.autograd.grad(ty, tx, torch.tensor(dy))
        within(back(dy, x, **options), theirs, np.abs(back(np.abs(dy), x, **options)), terms, call)


@pytest.mark.parametrize("rank", RANKS)
def test_pad(rank):
    for call in calls(draw_pad, rank):
        (x,) = call.integers(np.float64)
        if call.options.get("mode") == "circular" and reads_what_nobody_wrote(x.shape[-rank:], call.sides):
            continue
        (tx,) = tensors(x)
        ty = F.pad(tx, **call.options)
        y = dialect.pad(x, **call.options)
        assert y.shape == tuple(ty.shape), call
        assert (y == ty.detach().numpy()).all(), call
        dy = np.random.default_rng(call.seed).integers(-9, 10, y.shape).astype(float)
        (theirs,) = torch.autograd.grad(ty, tx, torch.tensor(dy))
        assert (dialect.pad_backward(dy, x, **call.options) == theirs.numpy()).all(), call


def test_unfold_and_fold():
    for call in calls(draw_conv, 2):
        x = call.integers(np.float64)[0]
        lo = tuple(lo for lo, _ in call.sides)
        how = (call.kernel, call.plain["dilation"], lo, call.plain["stride"])
        if any(n + 2 * p < (k - 1) * d + 1 for n, p, k, d in zip(x.shape[-2:], lo, *how[:2], strict=True)):
            continue  # "same" with an odd one
        (tx,) = tensors(x)
        if not x.size:
            continue  # PyTorch's unfold refuses an empty batch
        columns = F.unfold(tx, *how)
        ours = dialect.unfold(x, *how)
        assert (ours == columns.detach().numpy()).all()
        u = np.random.default_rng(call.seed).integers(-9, 10, ours.shape).astype(float)
        (theirs,) = torch.autograd.grad(columns, tx, torch.tensor(u))
        back = dialect.fold(u, x.shape[-2:], *how)
        assert (back == theirs.numpy()).all()
        assert (back == F.fold(torch.tensor(u), x.shape[-2:], *how).numpy()).all()


def test_complex_gradients():
    for call in calls(draw_conv, 2, 60):
        parts = [call.integers(np.float64), calls(draw_conv, 2, 1)[0]]
        rng = np.random.default_rng(call.seed)
        x, w, b, dy = (a + 1j * rng.integers(-9, 10, a.shape) for a in parts[0])
        tx, tw, tb = tensors(x, w, b)
        rest = {key: value for key, value in call.options.items() if key != "padding_mode"}
        if rest.get("padding") == "same":
            continue
        ty = F.conv2d(tx, tw, tb, **rest)
        assert (dialect.conv2d(x, w, b, **rest) == ty.detach().numpy()).all()
        theirs = torch.autograd.grad(ty, (tx, tw, tb), torch.tensor(dy))
        for one, other in zip(dialect.conv2d_backward(dy, x, w, **rest), theirs, strict=True):
            assert (one == other.numpy()).all()


def reads_what_nobody_wrote(sizes, sides):
    """Return whether circular padding is more than cropping leaves, along any axis."""
    return any(max(lo, hi) > n + min(lo, 0) + min(hi, 0) for n, (lo, hi) in zip(sizes, sides, strict=True))


FORWARD = [name for name in dialect.__all__ if not name.endswith("_backward")]


@pytest.mark.parametrize("name", FORWARD)
def test_signatures_are_pytorchs(name):
    """Names, order and defaults, as PyTorch's own documentation of the function begins."""
    ours = [p for p in inspect.signature(getattr(dialect, name)).parameters.values() if p.name != "padding_mode"]
    function = getattr(F, name)
    text = (function.__doc__ or "").strip()
    stated = re.search(rf"^{name}\((.*?)\)(?: -> .*)?$", text, re.MULTILINE)
    if stated:
        theirs = [part.strip() for part in stated[1].split(",")]
        said = [p.name if p.default is p.empty else f"{p.name}={p.default!r}".replace("'", '"') for p in ours]
        assert said == [part.replace("'", '"') for part in theirs]
    else:
        theirs = inspect.signature(function).parameters.values()
        assert [(p.name, p.default) for p in ours] == [(p.name, p.default) for p in theirs]


def anything(integer, rank):
    """Return, for each function, arguments of any kind, possible or not."""

    def few(low, high, seldom=0):
        return tuple(integer(low - 1 if seldom and integer(0, seldom) == 0 else low, high) for _ in range(rank))

    def mostly(value):
        return integer(1, 4) if integer(0, 9) == 0 else value

    groups, ceil_mode, include = integer(1, 2), bool(integer(0, 1)), bool(integer(0, 1))
    reads, filters = integer(1, 2), integer(1, 2)
    x = np.ones((1, mostly(groups * reads), *few(1, 6)))
    w = np.ones((mostly(groups * filters), reads, *few(1, 4)))
    wt = np.ones((mostly(groups * reads), filters, *w.shape[2:]))
    b = np.ones(mostly(groups * filters)) if integer(0, 2) == 0 else None
    stride, padding, dilation = few(1, 2, seldom=29), few(0, 3, seldom=29), few(1, 2, seldom=29)
    word = ("same", "valid", "full")[integer(0, 2)] if integer(0, 3) == 0 else padding
    sides = tuple(integer(-2, 4) for _ in range(2 * rank))
    mode = ("constant", "reflect", "replicate", "circular")[integer(0, 3)]
    return {
        f"conv{rank}d": (x, w, b, stride, word, dilation, groups),
        f"conv_transpose{rank}d": (x, wt, b, stride, padding, few(0, 1), groups, dilation),
        f"max_pool{rank}d": (x, few(1, 4), stride, few(0, 1, seldom=29), dilation, ceil_mode),
        f"avg_pool{rank}d": (x, few(1, 4), stride, few(0, 1, seldom=29), ceil_mode, include),
        "pad": (x, sides, mode),
    }


def ours(name, arguments):
    try:
        return getattr(dialect, name)(*arguments)
    except RefconvError:
        return None


def theirs(name, arguments):
    given = [torch.tensor(a) if isinstance(a, np.ndarray) else a for a in arguments]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return getattr(F, name)(*given).numpy()
    except (RuntimeError, ValueError):
        return None


def disagrees(name, given):
    """Return whether PyTorch's own verdict is known not to be the documented one, or to depend on nothing said."""
    if name == "avg_pool3d":
        return any(n < k for n, k in zip(given[0].shape[2:], given[1], strict=True))
    if name == "pad":
        (x, sides, mode), rank = given, len(given[1]) // 2
        sizes, pairs = x.shape[-rank:], list(zip(sides[::2], sides[1::2], strict=True))[::-1]
        if mode == "circular":
            return reads_what_nobody_wrote(sizes, pairs)
        # "reflect" and "replicate" refuse an empty result along one axis, but of several axes only if all are
        return mode != "constant" and rank > 1 and 0 in (n + sum(pair) for n, pair in zip(sizes, pairs, strict=True))
    return False


@pytest.mark.parametrize("rank", RANKS)
def test_what_pytorch_refuses_is_refused_and_nothing_else(rank):
    integer = from_rng(np.random.default_rng(rank))
    verdicts = {}
    for _ in range(DRAWN):
        for name, given in anything(integer, rank).items():
            if disagrees(name, given):
                continue
            y, ty = ours(name, given), theirs(name, given)
            what = (name, *(a.shape if isinstance(a, np.ndarray) else a for a in given))
            assert (y is None) == (ty is None), (what, "refconv" if y is None else "PyTorch", "refuses")
            assert y is None or np.array_equal(y, ty), what
            verdicts.setdefault(name, []).append(y is not None)
    for name, accepted in verdicts.items():
        assert DRAWN // 20 < sum(accepted) < len(accepted), name
