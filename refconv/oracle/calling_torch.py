"""PyTorch's calling convention: tensors in, tensors out, gradients by autograd."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from refconv.ops.elements import Array
from refconv.oracle.calling import Refused
from refconv.oracle.cases import Arrays

__all__ = ["Torch", "to_numpy", "to_tensor"]


def to_tensor(array: Array, device: str = "cpu") -> Any:
    """Return a tensor over the same memory, strides and all.

    Raises
    ------
    Refused
        For strides that PyTorch has not: negative ones, and misaligned ones.
    """
    import torch

    try:
        if array.dtype.name == "bfloat16":
            tensor = torch.from_numpy(array.view(np.int16)).view(torch.bfloat16)
        else:
            tensor = torch.from_numpy(array)
    except ValueError as error:
        raise Refused(f"memory: {str(error).split('.')[0]}") from None
    return tensor.to(device)


def to_numpy(tensor: Any) -> Array:
    """Return a tensor's values as an array; bfloat16 as ml_dtypes' bfloat16."""
    import torch

    flat = tensor.detach().cpu()
    if flat.dtype == torch.bfloat16:
        import ml_dtypes

        return np.asarray(flat.contiguous().view(torch.int16).numpy()).view(ml_dtypes.bfloat16)
    return np.asarray(flat.numpy())


class Torch:
    """``fn(input, weight, bias, **parameters)`` on tensors; the gradients are autograd's, or `gradients` on tensors."""

    name = "torch"
    differentiates = True

    def __init__(self, device: str = "cpu") -> None:
        """Choose the device that the tensors are put on."""
        self.device = device

    def forward(self, fn: Callable[..., Any], arrays: Arrays, parameters: dict[str, Any], *, bias: bool) -> Any:
        """Return y."""
        tensors = [None if a is None else to_tensor(a, self.device) for a in (arrays.x, arrays.w, arrays.b)]
        return fn(*(tensors if bias else tensors[:2]), **parameters)

    def backward(
        self,
        fn: Callable[..., Any],
        gradients: Callable[..., Any] | None,
        arrays: Arrays,
        parameters: dict[str, Any],
        *,
        bias: bool,
    ) -> Any:
        """Return dx, dw and, where there is a bias, db."""
        import torch

        if gradients is not None:
            return gradients(*(to_tensor(a, self.device) for a in (arrays.dy, arrays.x, arrays.w)), **parameters)
        given = (arrays.x, arrays.w) if arrays.b is None or not bias else (arrays.x, arrays.w, arrays.b)
        leaves = [to_tensor(a, self.device).detach().requires_grad_() for a in given]
        operands = leaves if len(leaves) == 3 or not bias else [*leaves, None]
        y = fn(*operands, **parameters)
        return torch.autograd.grad(y, leaves, to_tensor(arrays.dy, self.device).reshape(y.shape))
