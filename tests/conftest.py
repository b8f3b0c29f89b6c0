"""Hypothesis draws the same cases in every run, as many as the profile says, and never fails for being slow."""

from __future__ import annotations

import os

# two test processes share two cores: BLAS threads of their own would only get in each other's way
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from hypothesis import HealthCheck, settings

common = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large]}
settings.register_profile("default", max_examples=100, derandomize=True, **common)
settings.register_profile("thorough", max_examples=2000, **common)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
