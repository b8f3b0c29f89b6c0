"""A project that uses refconv, as mypy sees it: each call is right, and has the type that is asserted."""

from collections.abc import Callable
from typing import Any, assert_type

import numpy as np
from numpy.typing import NDArray

import refconv
from refconv import Gradients, RefconvError, conv2d, errors
from refconv.arithmetic import effective_kernel_size
from refconv.dialects import torch
from refconv.networks import Builder, Network, network
from refconv.oracle.report.model import Report

x = np.ones((1, 1, 5, 5))
w = np.ones((1, 1, 3, 3))

y = refconv.conv2d(x, w, stride=(1, 2), padding="same", dilation=2, layout="NCHW")
gradients = refconv.conv2d_backward(y, x, w, stride=(1, 2), padding="same", dilation=2)
assert_type(y, NDArray[Any])
assert_type(conv2d(x, w), NDArray[Any])
assert_type(gradients, Gradients)
assert_type(gradients.db, NDArray[Any] | None)
assert_type(refconv.output_size(5, 3), int | tuple[int, ...])
assert_type(refconv.oracle.check(refconv.conv2d, suite="quick"), Report)
assert_type(network("vgg16"), Network)
assert_type(Builder("mine", (3, 8, 8)), Builder)

size: int = effective_kernel_size(3, 2)
kernel: Callable[..., NDArray[Any]] = refconv.algorithms.conv2d
refusal: type[RefconvError] = errors.ShapeError
torch.conv2d(x, w, stride=2)
