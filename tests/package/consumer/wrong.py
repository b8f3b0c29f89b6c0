"""The same with mistakes; each line that ends in a code is one, and mypy finds these and no others."""

import numpy as np

import refconv
from refconv import conv4d  # error: attr-defined
from refconv.arithmetic import effective_kernel_size

x, w = np.ones((1, 1, 5, 5)), np.ones((1, 1, 3, 3))

refconv.conv2(x, w)  # error: attr-defined
refconv.conv2d(x)  # error: call-arg
refconv.conv2d(x, w, strides=2)  # error: call-arg
refconv.conv2d(x, w, dilation="two")  # error: arg-type
refconv.conv2d(x, w).backward()  # error: attr-defined
print(refconv.conv2d_backward(x, x, w).dz)  # error: attr-defined
effective_kernel_size()  # error: call-arg
refconv.oracle.check(3)  # error: arg-type
print(conv4d)
