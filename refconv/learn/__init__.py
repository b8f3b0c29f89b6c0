"""The exercises behind the notebooks: a wrong answer gets its misconception named, and an input that shows it.

- exercise (what one consists of), outcomes (what an answer gave), checking (is it right, and if not, what is it),
  verdict (what a learner is told), guesses (predict first), inputs (arguments worth trying)
- exercises: one file each, in a folder for each notebook; catalogue finds them.
"""

from refconv.learn.catalogue import exercise, exercises
from refconv.learn.exercise import Exercise, Misconception, Question, call
from refconv.learn.verdict import Verdict

__all__ = ["Exercise", "Misconception", "Question", "Verdict", "call", "exercise", "exercises"]
