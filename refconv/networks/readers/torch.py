"""PyTorch modules as networks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from refconv.errors import ArgumentError, ArgumentTypeError, RefconvError
from refconv.missing import needed
from refconv.networks.readers.draft import Draft
from refconv.networks.readers.torch_call import TorchCall
from refconv.networks.readers.torch_functions import FUNCTIONS
from refconv.networks.readers.torch_tracing import LOOKED_AT, Learnt, run, tensors_in
from refconv.networks.readers.values import Inexpressible, Value
from refconv.networks.records import Network

__all__ = ["from_torch"]


def from_torch(module: Any, example: Any) -> Network:
    """Return a PyTorch module as a network of plain records.

    Parameters
    ----------
    module : torch.nn.Module
        The module; it is run once, in evaluation mode, and left as it was.
    example : torch.Tensor or tuple of int
        An input, with its batch; or only the shape of one, channels first, without the batch.

    Returns
    -------
    Network
        Its nodes have the names of the module's parts, such as "layer1.0.conv1"; functions that a part calls itself
        have its name, a dot, and theirs: "layer1.0.add". What no record expresses is `Unsupported`, with the
        function's name and the reason. The note says which parameters the nodes do not account for, if any.

    Raises
    ------
    ArgumentError
        For what is no module or cannot be run on one tensor, and where the result does not come from the input.

    Notes
    -----
    Every function of torch that the run calls is seen as it is called, so that branches and loops are those taken for
    this input. A pooling to a given size has the windows that it has for this input; sizes taken from another tensor
    follow it. Transpositions and other calls that change no number add no node.

    Examples
    --------
    >>> import torch  # doctest: +SKIP
    >>> from_torch(torch.nn.Conv2d(3, 8, 3), (3, 32, 32)).nodes  # doctest: +SKIP
    (Node(name='conv2d', operation=Conv(filters=8, kernel_size=3, ...), inputs=('input',)),)
    """
    torch = needed("torch", "from_torch", "reading a PyTorch module", ArgumentError)
    if not isinstance(module, torch.nn.Module) or any(isinstance(m, torch.jit.ScriptModule) for m in module.modules()):
        problem = f"the module is a {type(module).__name__}, or has such a part, whose calls cannot be followed."
        raise ArgumentTypeError("from_torch", problem, fix="Give a torch.nn.Module that is not compiled.")
    x = _example(torch, module, example)
    reading = _Reading(Draft(tuple(x.shape[1:]), x.shape[0]), module)
    try:
        result = run(module, x, reading)
    except RefconvError:
        raise
    except Exception as error:
        fix = f"Give an example that it takes; this one has shape {tuple(x.shape)}."
        raise ArgumentError("from_torch", f"the module does not run: {error}", fix=fix) from error
    outputs = [reading.value(each) for each in tensors_in(result)]
    if not outputs or None in outputs:
        problem = "a result of the module does not come from its input by functions of torch."
        raise ArgumentError("from_torch", problem, fix="Give a module that returns tensors.")
    names = list({value.name: value for value in outputs if value is not None}.values())
    return reading.draft.done(type(module).__name__, names, note=reading.note())


def _example(torch: Any, module: Any, example: Any) -> Any:
    """Return an input for the module: a batch of two where only a shape is given."""
    if isinstance(example, torch.Tensor):
        if example.dim() < 2:
            problem = f"the example has shape {tuple(example.shape)}, without a batch and channels."
            raise ArgumentError("from_torch", problem, fix="Give a batch, such as torch.zeros(1, 3, 224, 224).")
        return example
    if not isinstance(example, Sequence) or not all(isinstance(n, int) and n > 0 for n in example) or not example:
        said = f"a {type(example).__name__} with tensors" if tensors_in(example) else repr(example)
        problem = f"the example is {said}, which is neither a tensor nor a shape: a network here has one input."
        raise ArgumentTypeError("from_torch", problem, fix="Give a tensor, or a shape such as (3, 224, 224).")
    given = next((p for p in module.parameters() if p.is_floating_point()), torch.zeros(()))
    return torch.zeros((2, *example), dtype=given.dtype, device=given.device)


class _Reading:
    """One module being read, call by call."""

    def __init__(self, draft: Draft, module: Any) -> None:
        self.draft = draft
        self.learnt = Learnt(module)
        self.looked = False

    def value(self, tensor: Any) -> Value | None:
        """Return what is known of a tensor, or None for one that does not depend on the input."""
        known = getattr(tensor, "_refconv", None)
        if callable(known):
            known = known()
            tensor._refconv = known
        return known if isinstance(known, Value) else None

    def seen(self, function: str, place: str, args: Any, kwargs: dict[str, Any], result: Any) -> None:
        """Take in one call, of a function in a part of the module, that has just returned."""
        tensors = tensors_in([args, kwargs])
        values = {value.name: value for value in map(self.value, tensors) if value is not None}
        results = tensors_in(result)
        if not values:
            self.learnt.derive(tensors, results)
            return
        if not results:
            self.looked |= function in LOOKED_AT
            return
        name = place if place and not place.endswith(".") else f"{place}{function}"
        constants = [tensor for tensor in tensors if self.value(tensor) is None]
        try:
            found = self.draft.attempt(lambda: self._expressed(function, name, (args, kwargs), result, constants))
            self.learnt.use(constants)
        except (Inexpressible, RefconvError) as error:
            self.learnt.use(constants, lost=True)
            reason = str(error).replace("\n ", "")
            found = [self._lost(function, name, reason, list(values.values()), each) for each in results[:1]]
        for tensor, value in zip(results, found, strict=False):
            tensor._refconv = value
        for tensor in results[len(found) :]:
            tensor._refconv = self._later(function, name, "its further results", list(values.values()), tensor)

    def _expressed(
        self, function: str, name: str, said: tuple[Any, dict[str, Any]], result: Any, constants: list[Any]
    ) -> list[Value]:
        if function not in FUNCTIONS:
            raise Inexpressible("there is no record for it")
        words, express = FUNCTIONS[function]
        args, kwargs = self._with_values(said[0]), self._with_values(said[1])
        named = dict(zip(words.split(), args, strict=False))
        named |= {_OTHER_WORDS.get(word, word): value for word, value in kwargs.items()}
        rest = tuple(args[len(words.split()) :])
        if function in _VARIED:
            rest = tuple(args[2:])
        call = TorchCall(function, name, self.draft, named, rest, result, self.learnt.count(constants))
        made = express(call)
        values = made if isinstance(made, list) else [made]
        for value, tensor in zip(values, tensors_in(result), strict=False):
            if value.shape != tuple(tensor.shape):
                raise Inexpressible(f"its result has shape {tuple(tensor.shape)}, by its arguments {value.shape}")
        return values

    def _with_values(self, said: Any) -> Any:
        if isinstance(said, dict):
            return {key: self._with_values(each) for key, each in said.items()}
        if isinstance(said, list | tuple):
            return type(said)(map(self._with_values, said)) if type(said) in (list, tuple) else said
        value = self.value(said) if tensors_in(said) else None
        return said if value is None else value

    def _lost(self, function: str, name: str, reason: str, values: list[Value], tensor: Any) -> Value:
        return self.draft.unsupported(function, reason, values, tuple(tensor.shape), name)

    def _later(self, function: str, name: str, reason: str, values: list[Value], tensor: Any) -> Any:
        """Return what gives an unsupported node when it is first asked for: most further results never are."""
        return lambda: self._lost(function, name, reason, values, tensor)

    def changed(self, function: str, place: str, base: Any, view: Any) -> None:
        """Take in that a tensor was changed through another that shares its numbers."""
        known = self.value(view)
        if known is not None and self.value(base) is not None:
            base._refconv = self._later(function, f"{place}{function}", "it changed a view of this", [known], base)

    def note(self) -> str:
        """Say what there is to say of the network as a whole."""
        looked = "; the module looks at numbers of the example, which may decide what it does" * self.looked
        return "read from PyTorch" + self.learnt.note() + looked


_VARIED = ("view", "reshape", "permute", "expand", "repeat")
_OTHER_WORDS = {
    **dict.fromkeys(("self", "tensors", "tensor", "x"), "input"),
    **dict.fromkeys(("chunks", "split_size", "split_size_or_sections", "shape"), "size"),
    **dict.fromkeys(("upscale_factor", "downscale_factor"), "factor"),
    **dict.fromkeys(("exponent", "mat2"), "other"),
    "axis": "dim",
    "min_val": "min",
    "max_val": "max",
}
"""Arguments that go by several names."""
