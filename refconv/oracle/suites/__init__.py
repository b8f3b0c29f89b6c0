"""Lists of cases, by name: from one for every change to one for the night."""

from refconv.oracle.suites.table import SUITES, suite

__all__ = ["SUITES", "suite"]
