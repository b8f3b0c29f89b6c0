"""The exercises, a folder for each notebook; in each folder `EXERCISES` has them in reading order."""

__all__ = ["CHAPTERS"]

CHAPTERS = (
    "sliding",
    "products",
    "backward",
    "dilation",
    "fields",
    "gridding",
    "separable",
    "layer",
    "transposed",
    "numbers",
    "architectures",
    "training",
    "oracle",
)
"""The folders, in reading order: that of chapter 1 first."""
