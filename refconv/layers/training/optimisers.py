"""One step down the gradients: SGD and Adam, as PyTorch takes them."""

from __future__ import annotations

import numpy as np

from refconv.arithmetic.per_axis import entries, real
from refconv.errors import ArgumentError, ArgumentTypeError
from refconv.layers.modules.layer import Layer
from refconv.ops.elements import Array

__all__ = ["SGD", "Adam", "Optimiser"]


class Optimiser:
    """What both share: a model, a learning rate that may be changed between steps, and weight decay."""

    def __init__(self, model: Layer, lr: float, weight_decay: float) -> None:
        """Check the model and the numbers."""
        if not isinstance(model, Layer):
            problem = f"model is {type(model).__name__}, not a layer."
            raise ArgumentTypeError(type(self).__name__, problem, fix="Give the model, not its parameters.")
        _at_least_0(type(self).__name__, lr=lr, weight_decay=weight_decay)
        self.model, self.lr, self.weight_decay = model, lr, weight_decay

    def step(self) -> None:
        """Move every parameter once; the gradients stay, until `model.zero_gradients()`."""
        gradients = self.model.gradients()
        self._begin()
        for name, w in self.model.parameters().items():
            g = gradients[name] + self.weight_decay * w if self.weight_decay else gradients[name]
            w -= (self.lr * self._direction(name, g)).astype(w.dtype, copy=False)  # noqa: PLW2901 - in place

    def _begin(self) -> None:
        """Count a step."""

    def _direction(self, name: str, g: Array) -> Array:
        raise NotImplementedError


class SGD(Optimiser):
    r"""Stochastic gradient descent.

    .. math:: g = dw + \lambda w, \qquad v \leftarrow \mu v + g, \qquad
              w \leftarrow w - \eta \begin{cases} g + \mu v & \text{Nesterov} \\ v & \text{else} \end{cases}

    Parameters
    ----------
    model : Layer
        Whose parameters move.
    lr : float
        The learning rate, eta.
    momentum, weight_decay : float
        Mu and lambda. The first v is g.
    nesterov : bool
        Whether to look one step ahead.

    Examples
    --------
    >>> from refconv.layers import Linear
    >>> model = Linear(1, 1, bias=False)
    >>> model.weight[...] = 1.0
    >>> y, dx = model(np.array([[2.0]])), model.backward(np.array([[1.0]]))
    >>> SGD(model, lr=0.25).step()
    >>> model.weight
    array([[0.5]])
    """

    def __init__(
        self, model: Layer, lr: float, momentum: float = 0.0, weight_decay: float = 0.0, nesterov: bool = False
    ) -> None:
        """Check the numbers, and begin without speed."""
        super().__init__(model, lr, weight_decay)
        _at_least_0("SGD", momentum=momentum)
        if nesterov and not momentum:
            raise ArgumentError("SGD", "nesterov looks ahead along the momentum, which is 0.", fix="Give a momentum.")
        self.momentum, self.nesterov = momentum, nesterov
        self._speed: dict[str, Array] = {}

    def _direction(self, name: str, g: Array) -> Array:
        if not self.momentum:
            return g
        v = self.momentum * self._speed[name] + g if name in self._speed else g.copy()  # g is the model's own
        self._speed[name] = v
        return g + self.momentum * v if self.nesterov else v


class Adam(Optimiser):
    r"""Adam: steps along the mean gradient, measured in root mean squares of the gradient.

    .. math:: m \leftarrow \beta_1 m + (1 - \beta_1) g, \qquad v \leftarrow \beta_2 v + (1 - \beta_2) g^2, \qquad
              w \leftarrow w - \eta \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)} + \epsilon}

    Parameters
    ----------
    model : Layer
        Whose parameters move.
    lr : float
        The learning rate, eta.
    betas : tuple of float
        How much of the old means is kept with each step.
    eps : float
        What is added to the root.
    weight_decay : float
        Lambda: ``g = dw + lambda w``.

    References
    ----------
    D. P. Kingma, J. Ba, Adam: a method for stochastic optimization, arXiv:1412.6980.

    Examples
    --------
    >>> from refconv.layers import Linear
    >>> model = Linear(1, 1, bias=False)
    >>> model.weight[...] = 1.0
    >>> y, dx = model(np.array([[2.0]])), model.backward(np.array([[1.0]]))
    >>> Adam(model, lr=0.25).step()
    >>> model.weight.round(6)
    array([[0.75]])
    """

    def __init__(
        self,
        model: Layer,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        """Check the numbers, and begin with both means at 0."""
        super().__init__(model, lr, weight_decay)
        _at_least_0("Adam", eps=eps)
        two = entries(betas)
        fix = "Take two numbers from 0 on, below 1."
        if two is None or len(two) != 2 or 1 in [real("Adam", "betas", beta, 0, 1, fix=fix) for beta in two]:
            raise ArgumentError("Adam", f"betas are {betas}.", fix=fix)
        self.betas, self.eps = betas, eps
        self._means: dict[str, tuple[Array, Array]] = {}
        self._steps = 0

    def _begin(self) -> None:
        self._steps += 1

    def _direction(self, name: str, g: Array) -> Array:
        one, two = self.betas
        m, v = self._means.get(name, (np.zeros_like(g), np.zeros_like(g)))
        m, v = one * m + (1 - one) * g, two * v + (1 - two) * (g * g)
        self._means[name] = m, v
        direction: Array = (m / (1 - one**self._steps)) / (np.sqrt(v / (1 - two**self._steps)) + self.eps)
        return direction


def _at_least_0(op: str, **numbers: float) -> None:
    for name, number in numbers.items():
        real(op, name, number, 0, fix="Take a number that is not below 0.")
