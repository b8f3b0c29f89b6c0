"""Mistakes about which samples the windows read: stride, dilation, padding, and transposed sizes."""

from __future__ import annotations

try:
    from examples.bug_museum.mistake import BUSY, PLAIN, POINTWISE, TRANSPOSED, Table, numbered, ones
    from examples.bug_museum.right import RIGHT_STEPS, Steps, same
except ModuleNotFoundError:  # run as a script: this folder is on the path
    from mistake import BUSY, PLAIN, POINTWISE, TRANSPOSED, Table, numbered, ones  # type: ignore[import-not-found, no-redef]
    from right import RIGHT_STEPS, Steps, same  # type: ignore[import-not-found, no-redef]

TABLE = Table()
add = TABLE.add

# Parameters
add("dilation_ignored", "dilation_ignored", numbered(dilation=ones), hides=PLAIN)
add("stride_ignored", "stride_ignored", numbered(stride=ones), hides=PLAIN)
add("padding_ignored", "padding_ignored", Steps(pads=lambda given, call: [(0, 0)] * len(given)), hides=PLAIN)
add(
    "padding_sides_swapped",
    "padding_sides_swapped",
    Steps(pads=lambda given, call: [(hi, lo) for lo, hi in given]),
    hides=PLAIN | dict(padding=1),
)
for parameter in ("stride", "padding", "dilation"):
    add(
        f"{parameter}_swapped_between_axes",
        "parameters_swapped_between_axes",
        numbered(**{parameter: lambda call, p=parameter: getattr(call, p)[::-1]}),
        hides=PLAIN | {parameter: 2},
    )
add("windows_shifted", "windows_shifted", Steps(read=lambda i, m, axis: i * axis.s + m * axis.d - axis.lo + 1))


def reads_unstrided(i, m, axis):
    return (i if axis.k == 1 else i * axis.s) + m * axis.d - axis.lo


add(
    "pointwise_ignores_stride",
    "stride_ignored",
    Steps(read=reads_unstrided),
    shows=POINTWISE | dict(stride=2),
    hides=BUSY,
)
add(
    "pointwise_ignores_padding",
    "padding_ignored",
    Steps(pads=lambda given, call: [(0, 0)] * 2 if call.w_shape[2:] == (1, 1) else given),
    shows=POINTWISE | dict(padding=1),
    hides=BUSY,
)


# Padding words and modes
def swapped(said, index, call):
    other = {"same_lower": "same_upper", "same_upper": "same_lower", "same": "same_lower"}
    return RIGHT_STEPS.word(other.get(said, said), index, call)


def undilated(said, index, call):
    if said == "valid":
        return RIGHT_STEPS.word(said, index, call)
    return same(call, index, call.axis(index)._replace(d=1), lower=said == "same_lower")


EVEN = dict(x=(2, 2, 6, 7), w=(3, 2, 2, 2))
add("same_sides_swapped", "same_sides_swapped", Steps(word=swapped), EVEN | dict(padding="same"), PLAIN)
add(
    "same_ignores_dilation",
    "same_ignores_dilation",
    Steps(word=undilated),
    PLAIN | dict(padding="same_upper", dilation=2),
    PLAIN | dict(padding="same_upper"),
)


def symmetric(q, n, mode):
    if mode != "reflect" or 0 <= q < n:
        return RIGHT_STEPS.source(q, n, mode)
    return -1 - q if q < 0 else 2 * n - 1 - q


add(
    "reflect_repeats_edge",
    "reflect_repeats_edge",
    Steps(source=symmetric),
    BUSY | dict(padding_mode="reflect"),
    BUSY | dict(padding_mode="replicate"),
)


# Transposed
def resized(**change):
    """Return the steps of a kernel whose result has the size of other numbers."""
    return Steps(size_transposed=lambda axis: RIGHT_STEPS.size_transposed(axis._replace(**change)))


WIDER = TRANSPOSED | dict(stride=2, output_padding=1)
T = "conv_transpose2d"
add("output_padding_ignored", "output_padding_ignored", resized(a=0), WIDER, TRANSPOSED, T)
add(
    "output_padding_at_start",
    "output_padding_at_start",
    Steps(read=lambda i, m, axis: i * axis.s + m * axis.d - axis.lo + axis.a),
    WIDER,
    TRANSPOSED,
    T,
)
add(
    "transposed_size_ignores_dilation",
    "transposed_size_ignores_dilation",
    resized(d=1),
    TRANSPOSED | dict(dilation=2),
    WIDER,
    T,
)
add(
    "transposed_padding_ignored",
    "transposed_padding_ignored",
    numbered(padding=lambda call: ((0, 0),) * len(call.stride)),
    TRANSPOSED | dict(padding=1),
    WIDER,
    T,
)
add("transposed_stride_ignored", "stride_ignored", numbered(stride=ones), TRANSPOSED | dict(stride=2), TRANSPOSED, T)
