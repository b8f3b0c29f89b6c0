"""Convolution bugs that shipped, each rebuilt as one small broken kernel."""

from examples.bug_museum.index import EXHIBITS

__all__ = ["EXHIBITS"]
