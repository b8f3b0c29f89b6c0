"""How fast refconv is, beside other libraries and beside what NumPy can do at all. `make bench`.

- `cases`: what is convolved; `inputs`: the arrays, from a seed; `jobs`: the sections of a run.
- `runners`: one file for each library, and `floor`; `worker`: a process of its own for each; `processes`: its parent.
- `turns`: the processes take turns; `session`: a whole run; `show`: what it prints while it goes; `machine`: on what.
- `figures`: what was measured; `targets`: what is asked for, and whether it is reached; `page`, `tables`, `prose` and
  `plot`: the documents made from the figures alone.
"""
