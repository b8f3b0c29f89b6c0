"""Running a PyTorch module with every call of a torch function seen, and keeping account of its parameters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from refconv.networks.readers.values import Value, remark

__all__ = ["LOOKED_AT", "Learnt", "run", "tensors_in"]

LOOKED_AT = ("item", "tolist", "numpy", "bool", "float", "int", "index")
"""Calls by which a program looks at numbers."""

_ONLY_SHAPES = (
    *(f"{word}_like" for word in ("zeros", "ones", "full", "empty", "rand", "randn")),
    *(f"new_{word}" for word in ("zeros", "ones", "full", "empty", "tensor")),
)
_NAMES = {
    **{f"__{word}__": word for word in ("add", "sub", "mul", "matmul", "getitem", "bool", "float", "int", "index")},
    **{f"__{before}{word}__": word for before in "ir" for word in ("add", "mul")},
    "__rsub__": "rsub",
    "__isub__": "sub",
    "__truediv__": "div",
    "__itruediv__": "div",
    "__rtruediv__": "rdiv",
    "__rdiv__": "rdiv",
    "__neg__": "neg",
    "__pow__": "pow",
    "multiply": "mul",
    "divide": "div",
    "subtract": "sub",
    "true_divide": "div",
    "concat": "cat",
    "concatenate": "cat",
    "__setitem__": "setitem_",
    "swapdims": "swapaxes",
}


def tensors_in(said: Any) -> list[Any]:
    """Return the tensors in lists, tuples, dicts and objects with fields, in order."""
    if isinstance(said, Mapping):
        return [tensor for each in said.values() for tensor in tensors_in(each)]
    if isinstance(said, list | tuple):
        return [tensor for each in said for tensor in tensors_in(each)]
    if hasattr(said, "__torch_function__") and hasattr(said, "dim"):
        return [said]
    fields = getattr(said, "__dataclass_fields__", {})
    return [tensor for name in fields for tensor in tensors_in(getattr(said, name))]


def run(module: Any, x: Any, reading: Any) -> Any:
    """Run a module on `x` in evaluation mode, and tell `reading` of every function of torch that it calls."""
    import torch
    from torch.overrides import TorchFunctionMode

    stack: list[tuple[str, str]] = []
    paths = {id(part): path for path, part in module.named_modules()}

    def enter(part: Any, *_: Any) -> None:
        stack.append((_place(torch, part, paths[id(part)]), type(part).__name__.lower()))

    def leave(*_: Any) -> None:
        stack.pop()

    def called(_mode: Any, func: Any, _types: Any, args: Any = (), kwargs: dict[str, Any] | None = None) -> Any:
        name, in_place = _named(func)
        if name == "shape" or (name == "size" and not kwargs):
            known = getattr(args[0], "_refconv", None)
            if isinstance(known, Value) and known.shape is not None:
                sizes = torch.Size(known.extents)
                return sizes if len(args) < 2 else sizes[args[1]]
        before = [id(tensor) for tensor in tensors_in([args, kwargs])]
        result = func(*args, **(kwargs or {}))
        if name in _ONLY_SHAPES:
            return result
        in_place = in_place or bool((kwargs or {}).get("inplace", False)) or "out" in (kwargs or {})
        if not in_place and isinstance(result, torch.Tensor) and id(result) in before:
            base, result = result, result.detach()  # seen as another tensor: what it was keeps its own name
            result._refconv_base = base
        place = _inside(stack, name)
        reading.seen(name, place, args, kwargs or {}, args[0] if name == "setitem" else result)
        if in_place and args and isinstance(args[0], torch.Tensor):
            base = getattr(args[0], "_refconv_base", args[0]._base)
            if base is not None:
                reading.changed(name, place, base, args[0])
        return result

    follow = type("Follow", (TorchFunctionMode,), {"__torch_function__": called})
    handles = [part.register_forward_pre_hook(enter, prepend=True) for part in module.modules()]
    handles += [part.register_forward_hook(leave) for part in module.modules()]
    training = [(part, part.training) for part in module.modules()]
    x = x.detach()
    x._refconv = reading.draft.input
    try:
        module.eval()
        with torch.no_grad(), follow():
            return module(x)
    finally:
        for handle in handles:
            handle.remove()
        for part, was in training:
            part.training = was


def _named(func: Any) -> tuple[str, bool]:
    """Return the name of a function as the tables have it, and whether it changes its argument."""
    name = getattr(func, "__name__", "function")
    if name == "__get__":
        return getattr(func.__self__, "__name__", "property"), False
    by_operator = name.startswith("__i") and name not in ("__int__", "__index__", "__invert__")
    in_place = by_operator or name == "__setitem__" or (name.endswith("_") and not name.endswith("__"))
    return _NAMES.get(name, name).strip("_"), in_place


def _place(torch: Any, part: Any, path: str) -> str:
    """Return a part's path, ending in a dot where functions called in it are to be named besides."""
    own = (torch.nn.Module, torch.nn.Sequential)
    layer = any(kind.__module__.startswith("torch.nn.modules") and kind not in own for kind in type(part).__mro__)
    if not path:
        return ""
    return path if layer and not any(True for _ in part.children()) else f"{path}."


def _inside(stack: list[tuple[str, str]], name: str) -> str:
    """Return where a function is called; a convolution's padding is not the convolution."""
    place, kind = stack[-1] if stack else ("", "")
    own = place and not place.endswith(".")
    return f"{place}." if own and name == "pad" and "pad" not in kind else place


class Learnt:
    """An account of a module's parameters: which the nodes have, and which they have not."""

    def __init__(self, module: Any) -> None:
        """Begin with none used."""
        self._names = {id(parameter): name for name, parameter in module.named_parameters()}
        self._sizes = {name: parameter.numel() for name, parameter in module.named_parameters()}
        self._used: Counter[str] = Counter()
        self._lost: set[str] = set()

    def sources(self, tensors: list[Any]) -> set[str]:
        """Return the parameters that these constants are or were computed from."""
        found: set[str] = set()
        for tensor in tensors:
            name = self._names.get(id(tensor))
            found |= getattr(tensor, "_refconv_learnt", set()) if name is None else {name}
        return found

    def derive(self, tensors: list[Any], results: list[Any]) -> None:
        """Remember that some constants were computed from others."""
        sources = self.sources(tensors)
        if sources:
            for result in results:
                if id(result) not in self._names:
                    result._refconv_learnt = sources

    def count(self, tensors: list[Any]) -> int:
        """Return how many numbers were learnt for these constants."""
        return sum(self._sizes[name] for name in self.sources(tensors))

    def use(self, tensors: list[Any], lost: bool = False) -> None:
        """Take these constants as those of a node."""
        if lost:
            self._lost |= self.sources(tensors)
        else:
            self._used.update(self.sources(tensors))

    def note(self) -> str:
        """Say which parameters no node has, and which several have."""
        unused = [name for name in self._sizes if name not in self._used and name not in self._lost]
        shared = [name for name in self._sizes if self._used[name] > 1]
        said = ""
        for names, words in (
            (unused, "in no node"),
            (shared, "in several nodes"),
            ([name for name in self._sizes if name in self._lost], "in unsupported ones"),
        ):
            said += remark(words, {name: self._sizes[name] for name in names})
        return said
