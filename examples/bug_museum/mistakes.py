"""Common mistakes, each the right kernel with one step replaced; and pairs of them.

`MISTAKES` maps a name to a `Mistake`; `pair` makes the kernel of two, and `PAIRS` lists names that go together.
`shows` is a call on which the mistake shows, `hides` one on which it does not; None where it always does.
"""

from __future__ import annotations

from dataclasses import fields

try:
    from examples.bug_museum import mistakes_channels, mistakes_gradients, mistakes_numbers, mistakes_windows
    from examples.bug_museum.mistake import Mistake, kernel_of
    from examples.bug_museum.right import RIGHT_STEPS, Steps
except ModuleNotFoundError:  # run as a script: this folder is on the path
    import mistakes_channels  # type: ignore[import-not-found, no-redef]
    import mistakes_gradients  # type: ignore[import-not-found, no-redef]
    import mistakes_numbers  # type: ignore[import-not-found, no-redef]
    import mistakes_windows  # type: ignore[import-not-found, no-redef]
    from mistake import Mistake, kernel_of  # type: ignore[import-not-found, no-redef]
    from right import RIGHT_STEPS, Steps  # type: ignore[import-not-found, no-redef]

MISTAKES: dict[str, Mistake] = {
    **mistakes_windows.TABLE,
    **mistakes_channels.TABLE,
    **mistakes_gradients.TABLE,
    **mistakes_numbers.TABLE,
}

COMPOSED = ("numbers", "operands")  # these can follow one another


def merged(first, second):
    """Return steps with the changes of both.

    Raises
    ------
    ValueError
        If both replace the same step, and one cannot follow the other.
    """
    changes = {}
    for field in fields(Steps):
        name = field.name
        ours, theirs, plain = (getattr(steps, name) for steps in (first, second, RIGHT_STEPS))
        if plain not in (ours, theirs) and name not in COMPOSED:
            raise ValueError(f"both replace {name}")
        changes[name] = theirs if ours is plain else ours if theirs is plain else in_turn(name, ours, theirs)
    return Steps(**changes)


def in_turn(name, ours, theirs):
    if name == "operands":
        return lambda x, w: theirs(*ours(x, w))
    return lambda call: theirs(ours(call))


def pair(first, second):
    """Return the mistake that is both of these, by their names."""
    one, two = MISTAKES[first], MISTAKES[second]
    if one.op != two.op or one.gradients or two.gradients:
        raise ValueError("only forward mistakes of one operation make a pair")
    steps = merged(one.steps, two.steps)
    return Mistake(
        kernel_of(one.op, steps), one.op, one.causes + two.causes, one.shows, None, None, one.precision, steps
    )


PAIRS = [
    ("kernel_flipped", "dilation_ignored"),
    ("kernel_flipped", "stride_ignored"),
    ("kernel_flipped", "bias_missing"),
    ("kernel_flipped", "padding_sides_swapped"),
    ("kernel_flipped", "groups_interleaved"),
    ("kernel_flipped", "groups_use_first_weights"),
    ("dilation_ignored", "stride_ignored"),
    ("dilation_ignored", "padding_sides_swapped"),
    ("dilation_ignored", "bias_shifted"),
    ("dilation_ignored", "groups_read_first_group"),
    ("stride_ignored", "padding_ignored"),
    ("stride_swapped_between_axes", "dilation_swapped_between_axes"),
    ("stride_swapped_between_axes", "bias_missing"),
    ("padding_swapped_between_axes", "kernel_flipped"),
    ("windows_shifted", "bias_missing"),
    ("windows_shifted", "groups_interleaved"),
    ("padding_sides_swapped", "bias_shifted"),
    ("padding_sides_swapped", "taps_dropped"),
    ("groups_use_first_weights", "groups_use_first_bias"),
    ("groups_read_first_group", "bias_shifted"),
    ("filters_interleaved", "bias_missing"),
    ("same_sides_swapped", "kernel_flipped"),
    ("same_ignores_dilation", "stride_ignored"),
    ("reflect_repeats_edge", "kernel_flipped"),
    ("last_channels_dropped", "bias_missing"),
    ("taps_dropped", "dilation_ignored"),
    ("batch_first_read", "bias_shifted"),
    ("inputs_rounded_tf32", "bias_missing"),
    ("output_padding_ignored", "transposed_kernel_flipped"),
    ("transposed_stride_ignored", "transposed_groups_use_first_weights"),
]
"""Names in `MISTAKES` whose kernels `pair` can join."""
