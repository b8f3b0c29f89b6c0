"""Mistakes about layouts, taps, groups, channels, the batch and the bias."""

from __future__ import annotations

import numpy as np

try:
    from examples.bug_museum.mistake import (
        BUSY,
        GROUPED,
        NO_BIAS,
        PLAIN,
        POINTWISE,
        TRANSPOSED,
        UNGROUPED,
        Table,
        numbered,
        ones,
    )
    from examples.bug_museum.right import RIGHT_STEPS, Steps
except ModuleNotFoundError:  # run as a script: this folder is on the path
    from mistake import BUSY, GROUPED, NO_BIAS, PLAIN, POINTWISE, TRANSPOSED, UNGROUPED, Table, numbered, ones  # type: ignore[import-not-found, no-redef]
    from right import RIGHT_STEPS, Steps  # type: ignore[import-not-found, no-redef]

TABLE = Table()
add = TABLE.add


# Layout
def nhwc(x, w):
    N, C, H, W = x.shape
    return x.reshape(N, H, W, C).transpose(0, 3, 1, 2), w


def kernel_axes(x, w):
    O, I, KH, KW = w.shape
    return x, w.reshape(O, I, KW, KH).swapaxes(2, 3)


def drop_last_tap(x, w):
    w = w.copy()
    w[..., -1] = 0
    return x, w


def memory_order(x, w):
    return x.ravel(order="K").reshape(x.shape), w


def memory_order_of_w(x, w):
    return x, w.ravel(order="K").reshape(w.shape)


def one_channel(call):
    return call | dict(x=(2, 1, *call["x"][2:]), w=(3, 1, *call["w"][2:]))


FLIPPED = Steps(operands=lambda x, w: (x, w[:, :, ::-1, ::-1]))
add("kernel_flipped", "kernel_flipped", FLIPPED, hides=POINTWISE)
add("x_read_as_nhwc", "x_read_as_nhwc", Steps(operands=nhwc), hides=one_channel(PLAIN))
add("kernel_axes_swapped", "kernel_axes_swapped", Steps(operands=kernel_axes), hides=POINTWISE)
add("taps_dropped", "taps_dropped", Steps(operands=drop_last_tap))
add(
    "contiguous_x_only",
    "contiguous_only",
    Steps(operands=memory_order),
    PLAIN | dict(memory="channels_last"),
    PLAIN,
)
add(
    "contiguous_w_only",
    "contiguous_only",
    Steps(operands=memory_order_of_w),
    PLAIN | dict(memory="filters_last"),
    PLAIN,
)


# Groups, channels, batch, bias
def first_group(filters, per_group, groups):
    return np.tile(np.arange(per_group), (filters, 1))


def interleaved_groups(filters, per_group, groups):
    group = np.arange(filters) // (filters // groups)
    return np.arange(per_group) * groups + group[:, None]


def interleaved_filters(filters, per_group, groups):
    return (np.arange(filters) % groups)[:, None] * per_group + np.arange(per_group)


def of_first_group(filters, groups):
    return np.arange(filters) % (filters // groups)


def first_bias(b, groups):
    return np.tile(b[: len(b) // groups], groups)


def whole_fours(windows, weights):
    kept = len(weights) // 4 * 4
    return RIGHT_STEPS.product(windows[:, :kept], weights[:kept])


def first_sample_only(y, x):
    y = RIGHT_STEPS.result(y, x)
    y[1:] = 0
    return y


def tail_filters_zero(y, x):
    y = RIGHT_STEPS.result(y, x)
    y[:, y.shape[1] // 4 * 4 :] = 0
    return y


FIVE = dict(x=(2, 5, 5, 5), w=(6, 5, 3, 3))
add("groups_read_first_group", "groups_read_first_group", Steps(channels=first_group), GROUPED, UNGROUPED)
add("groups_interleaved", "groups_interleaved", Steps(channels=interleaved_groups), GROUPED, UNGROUPED)
add("filters_interleaved", "filters_interleaved", Steps(channels=interleaved_filters), GROUPED, UNGROUPED)
add("groups_use_first_weights", "groups_use_first_weights", Steps(rows=of_first_group), GROUPED, UNGROUPED)
add("groups_use_first_bias", "groups_use_first_bias", Steps(bias=first_bias), GROUPED, GROUPED | dict(b=False))
add("bias_missing", "bias_missing", Steps(bias=lambda b, groups: 0 * b), hides=NO_BIAS)
add("bias_shifted", "bias_shifted", Steps(bias=lambda b, groups: np.roll(b, 1)), hides=NO_BIAS)
add(
    "last_channels_dropped",
    "last_channels_dropped",
    Steps(product=whole_fours),
    FIVE,
    FIVE | dict(x=(2, 8, 5, 5), w=(6, 8, 3, 3)),
)
add("last_filters_dropped", "last_filters_dropped", Steps(result=tail_filters_zero), FIVE, FIVE | dict(w=(8, 5, 3, 3)))
add(
    "batch_first_read",
    "batch_first_only",
    Steps(operands=lambda x, w: (x[:1].repeat(len(x), 0), w)),
    hides=BUSY | dict(x=(1, 2, 9, 8)),
)
add("batch_first_written", "batch_first_only", Steps(result=first_sample_only), hides=BUSY | dict(x=(1, 2, 9, 8)))


# Depthwise: output channel m * C + c instead of c * M + m
def multiplier_first(filters, groups):
    return np.arange(filters).reshape(groups, -1).T.reshape(-1)


def channels_of_multiplier_first(filters, per_group, groups):
    return RIGHT_STEPS.channels(filters, per_group, groups)[multiplier_first(filters, groups)]


add(
    "depthwise_order_swapped",
    "depthwise_order_swapped",
    Steps(rows=multiplier_first, channels=channels_of_multiplier_first),
    dict(x=(1, 3, 5, 5), w=(3, 2, 3, 3)),
    dict(x=(1, 3, 5, 5), w=(3, 1, 3, 3)),
    op="depthwise_conv2d",
)
add(
    "depthwise_dilation_ignored",
    "dilation_ignored",
    numbered(dilation=ones),
    dict(x=(1, 3, 7, 7), w=(3, 2, 3, 3), dilation=2),
    dict(x=(1, 3, 7, 7), w=(3, 2, 3, 3), stride=2),
    op="depthwise_conv2d",
)


# Transposed
TRANSPOSED_GROUPS = dict(x=(1, 4, 3, 3), w=(4, 2, 2, 2), groups=2)
add("transposed_kernel_flipped", "kernel_flipped", FLIPPED, TRANSPOSED, None, "conv_transpose2d")
add(
    "transposed_groups_use_first_weights",
    "groups_use_first_weights",
    Steps(rows=of_first_group),
    TRANSPOSED_GROUPS,
    TRANSPOSED,
    "conv_transpose2d",
)
