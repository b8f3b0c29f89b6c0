"""From failures to sentences: each file here knows one kind of cause, and `diagnose` asks them in turn."""

from __future__ import annotations

from refconv.oracle.diagnosis.diagnose import diagnose, diagnose_outputs

__all__ = ["diagnose", "diagnose_outputs"]
