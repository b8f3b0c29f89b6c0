"""Hypothesis draws the same cases in every run, as many as the profile says, and never fails for being slow."""

from __future__ import annotations

import os
import re

from hypothesis import HealthCheck, settings

# Test processes share the cores; a BLAS with threads of its own would only get in their way. NumPy loads after this.
for library in ("OPENBLAS", "OMP", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

common = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large]}
settings.register_profile("default", max_examples=100, derandomize=True, **common)
settings.register_profile("quick", max_examples=15, derandomize=True, **common)
settings.register_profile("thorough", max_examples=2000, **common)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

TIERS = ("torch", "jax", "tensorflow", "onnx", "scipy", "gpu")


def pytest_ignore_collect(collection_path, config):
    """Frameworks take seconds to import: files that hold nothing but a tier are read when that tier is asked for."""
    if not collection_path.name.endswith("_tier.py"):
        return None
    asked = config.option.markexpr
    if asked.startswith("not "):  # the default, which leaves all tiers out
        return True
    marks = set(re.findall(r"pytest\.mark\.(\w+)", collection_path.read_text(encoding="utf-8")))
    return None if any(tier in asked for tier in marks & set(TIERS)) else True
