"""All exercises, found in the files of `refconv.learn.exercises`."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from importlib import import_module

from refconv.errors import ArgumentError
from refconv.learn.exercise import Exercise
from refconv.learn.exercises import CHAPTERS

__all__ = ["exercise", "exercises"]


@cache
def _all() -> dict[str, Exercise]:
    """Return the exercises by name, in reading order."""
    chapters = [import_module(f"refconv.learn.exercises.{name}") for name in CHAPTERS]
    return {each.name: each for chapter in chapters for each in chapter.EXERCISES}


def exercises(chapter: int | None = None) -> tuple[Exercise, ...]:
    """Return all exercises, or those of a chapter, in reading order.

    Examples
    --------
    >>> len(exercises()) >= 40
    True
    """
    return tuple(each for each in _all().values() if chapter in (None, each.chapter))


def exercise(name: str) -> Exercise:
    """Return an exercise by its name.

    Raises
    ------
    ArgumentError
        For a name that no exercise has.

    Examples
    --------
    >>> exercise("output-size").chapter
    1
    """
    if name not in _all():
        near = get_close_matches(name, _all(), n=3)
        meant = f"Did you mean {' or '.join(near)}?" if near else f"They are {', '.join(_all())}."
        raise ArgumentError("exercise", f"no exercise is called {name!r}.", fix=meant)
    return _all()[name]
