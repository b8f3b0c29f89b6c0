"""The main figures by another road: refconv's operations run on arrays, what comes out of them counted.

Nothing of the explorer's Python is used, and no formula: sizes are shapes, parameters are elements of arrays,
a MAC is an entry of a weight used once, and what an output reads is where its gradient is not zero.
"""

from __future__ import annotations

import numpy as np

import refconv


def ones(*shape):
    return np.ones(shape, dtype=np.int64)


def padding(layer):
    return ((layer["lo"], layer["hi"]),) * 2


class Run:
    """A stack of layers, run forward on ones, and backward from one output.

    A pooling becomes the depthwise convolution of the same windows: it reads the same positions, and maxima of equal
    numbers would not say so.
    """

    def __init__(self, state):
        self.shapes, self.parameters, self.macs = [], 0, 0
        self._steps = []
        x = ones(1, state["c"], state["n"], state["n"])
        self._input = x.shape
        for layer in state["layers"]:
            x = self._layer(x, layer)
            self.shapes.append(list(x.shape[1:]))
        self.reads = self._back(state["i"])

    def _layer(self, x, layer):
        channels, k = x.shape[1], layer["k"]
        how = {"stride": layer["s"], "padding": padding(layer), "dilation": layer.get("d", 1)}
        if layer["kind"] == "transposed":
            return self._up(x, layer, how)
        if layer["kind"] == "max_pool":
            return self._conv(x, ones(channels, 1, k, k), {**how, "groups": channels}, learnt=False)
        if layer["kind"] == "conv":
            filters, groups = layer["o"], layer["g"]
            return self._conv(x, ones(filters, channels // groups, k, k), {**how, "groups": groups})
        middle = channels * layer["m"]
        y = self._conv(x, ones(middle, 1, k, k), {**how, "groups": channels})
        return y if layer["kind"] == "depthwise" else self._conv(y, ones(layer["o"], middle, 1, 1), {})

    def _conv(self, x, w, how, learnt=True):
        y = refconv.conv2d(x, w, **how)
        self._steps.append(lambda dy: refconv.conv2d_backward(dy, x, w, **how).dx)
        if learnt:
            self._count(w, filters=len(w), uses=y.shape[2] * y.shape[3])
        return (y > -1).astype(np.int64)

    def _up(self, x, layer, how):
        w = ones(x.shape[1], layer["o"], layer["k"], layer["k"])
        how = {**how, "output_padding": layer["a"]}
        y = refconv.conv_transpose2d(x, w, **how)
        self._steps.append(lambda dy: refconv.conv_transpose2d_backward(dy, x, w, **how).dx)
        self._count(w, filters=layer["o"], uses=x.shape[2] * x.shape[3])
        return (y > -1).astype(np.int64)

    def _count(self, w, filters, uses):
        self.parameters += w.size + filters
        self.macs += w.size * uses

    def _back(self, i):
        """Rows of the input whose gradient is not zero, for output (i, i)."""
        dy = np.zeros((1, *self.shapes[-1]), dtype=np.int64)
        dy[..., i, i] = 1
        for back in reversed(self._steps):
            dy = (back(dy) != 0).astype(np.int64)
        return np.flatnonzero(dy.any(axis=(0, 1, 3)))


class FreeField:
    """The receptive field where no border is near: outputs 0 and 1 of the same windows, on a long line."""

    def __init__(self, layers):
        n = 16
        while not self._fits(layers, n):
            n *= 2
        first, second = self._reads(0), self._reads(1)
        self.size = int(first[-1] - first[0] + 1)
        self.jump = int(second[0] - first[0])
        self.missed = self.size - len(first)

    def _fits(self, layers, n):
        x = ones(1, 1, n)
        self._steps = []
        try:
            for layer in layers:
                w, how = ones(1, 1, layer["k"]), {"stride": layer["s"], "dilation": layer.get("d", 1)}
                y = refconv.conv1d(x, w, **how)
                self._steps.append(lambda dy, x=x, w=w, how=how: refconv.conv1d_backward(dy, x, w, **how).dx)
                x = ones(*y.shape)
        except refconv.ShapeError:
            return False
        self._out = x.shape[-1]
        return self._out > 1

    def _reads(self, i):
        dy = np.zeros((1, 1, self._out), dtype=np.int64)
        dy[..., i] = 1
        for back in reversed(self._steps):
            dy = (back(dy) != 0).astype(np.int64)
        return np.flatnonzero(dy)
