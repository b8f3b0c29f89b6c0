"""The catalogue: every mistake does something, and is found again when a kernel makes it."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest

from refconv.oracle.explain import Observation, explain, suitable
from refconv.oracle.mistakes import catalogue
from refconv.oracle.sketch import Sketch
from refconv.oracle.suites import suite

OPS = ("conv1d", "conv2d", "conv_transpose2d", "depthwise_conv2d")


def small_cases(op):
    return [c for c in suite("default", op) if c.fill == "integers" and c.macs <= 6000 and 0 not in c.y_shape]


def result_of(mistake, case, arrays, of):
    try:
        return mistake.edit(Sketch.of_case(case, of)).result(arrays)
    except ValueError:
        return None


@pytest.mark.parametrize("op", OPS)
def test_every_mistake_shows_in_the_default_suite(op):
    cases = [(case, case.arrays()) for case in small_cases(op)]
    right = [Sketch.of_case(case).result(arrays) for case, arrays in cases]
    idle = []
    for mistake in catalogue(op):
        results = (result_of(mistake, case, arrays, "y") for case, arrays in cases)
        if all(found is not None and np.array_equal(found, truth) for found, truth in zip(results, right, strict=True)):
            idle.append(mistake.sentence)
    # blocks of 32 channels need more products than a small case has
    idle = [sentence for sentence in idle if "32" not in sentence and "16" not in sentence]
    assert idle == [], "\n".join(idle)


@pytest.mark.parametrize("of", ["y", "dx", "dw", "db"])
@pytest.mark.parametrize("op", OPS)
def test_names_are_fit_for_programs_and_sentences_for_people(op, of):
    sentences = Counter(mistake.sentence for mistake in catalogue(op, of))
    for mistake in catalogue(op, of):
        assert re.fullmatch(r"[a-z][a-z0-9_]*", mistake.cause)
        assert mistake.sentence == mistake.sentence.strip()
        assert not mistake.sentence.endswith(".")
        # what gives other numbers by another road may be said in the same words, but not often
        assert sentences[mistake.sentence] <= 2


@pytest.mark.parametrize(("op", "of"), [("conv2d", "y"), ("conv2d", "dw"), ("conv_transpose2d", "y")])
def test_what_makes_a_mistake_is_found_to_make_it(op, of):
    """Each eighth mistake plays the kernel; the one that is named has to give the same results everywhere."""
    cases = [(case, case.arrays()) for case in small_cases(op)[:70]]
    right = {case.name: Sketch.of_case(case, of).result(arrays) for case, arrays in cases}
    tried = 0
    for mistake in catalogue(op, of)[::8]:
        observations = []
        for case, arrays in cases:
            result = result_of(mistake, case, arrays, of)
            if result is not None and result.shape == right[case.name].shape:
                same = np.array_equal(result, right[case.name])
                observations.append(Observation(case, of, arrays, result.astype(np.float32), right=same))
        observations = [each for each in observations if suitable(each)]
        if all(each.right for each in observations):
            continue
        tried += 1
        found = explain(observations)
        assert found is not None, mistake.sentence
        assert found.left == 0
        named = found.mistakes
        if [each.cause for each in named] != [mistake.cause]:
            for each in observations:
                sketch = Sketch.of_case(each.case, of)
                for one in named:
                    sketch = one.edit(sketch)
                assert each.right or np.array_equal(sketch.result(each.arrays), each.y), (mistake.sentence, found)
    assert tried > 10
