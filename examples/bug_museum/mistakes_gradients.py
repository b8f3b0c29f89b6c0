"""Mistakes in the gradients; the forward pass is right."""

from __future__ import annotations

try:
    from examples.bug_museum import right
    from examples.bug_museum.mistake import BUSY, GROUPED, POINTWISE, UNGROUPED, Table, gradients_of, numbered, ones
    from examples.bug_museum.mistakes_channels import FLIPPED, first_group
    from examples.bug_museum.right import Steps
except ModuleNotFoundError:  # run as a script: this folder is on the path
    import right  # type: ignore[import-not-found, no-redef]
    from mistake import BUSY, GROUPED, POINTWISE, UNGROUPED, Table, gradients_of, numbered, ones  # type: ignore[import-not-found, no-redef]
    from mistakes_channels import FLIPPED, first_group  # type: ignore[import-not-found, no-redef]
    from right import Steps  # type: ignore[no-redef]

TABLE = Table()
add = TABLE.add


# Gradients: dx and dw are made from steps of their own
def first_sample(dy, x, w, *, stride=1, padding=0, dilation=1, groups=1, padding_mode="zeros"):
    options = (stride, padding, dilation, groups, padding_mode)
    dx, _, db = right.gradients(dy, x, w, *options)
    return dx, right.gradients(dy[:1], x[:1], w, *options)[1], db


UNPADDED = dict(x=(2, 2, 9, 8), w=(3, 2, 3, 2))
add("dw_first_sample_only", "first_sample_only", hides=BUSY | dict(x=(1, 2, 9, 8)), gradients=first_sample)
add(
    "dw_groups_use_first",
    "groups_read_first_group",
    None,
    GROUPED,
    UNGROUPED,
    gradients=gradients_of(dw=Steps(channels=first_group)),
)
add("dw_ignores_stride", "stride_ignored", hides=UNPADDED, gradients=gradients_of(dw=numbered(stride=ones)))
add("dw_ignores_dilation", "dilation_ignored", hides=UNPADDED, gradients=gradients_of(dw=numbered(dilation=ones)))
add("dx_not_flipped", "kernel_flipped", hides=POINTWISE, gradients=gradients_of(dx=FLIPPED))
add("db_averaged", "db_averaged", gradients=gradients_of(db=lambda dy: dy.mean(axis=(0, *range(2, dy.ndim)))))
