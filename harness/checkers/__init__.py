"""Judges: pure functions of a history and its facts. No Docker, no clients, no clock.

`judge` is the way in. It runs every checker over one `Evidence`, which derives what several of them
need from the history, once: above all the `placements`, that is, which value stands where.

Tables are Polars frames, and what is relational is done there. What is positional is done with
numpy arrays: places and values are numbered densely, so that a checker gathers by number where it
would otherwise join. Measured on two cores, on three representative questions (acknowledged sends
that the final read lacks; offsets with two values; steps of readers that are not 1) over a history
of 10 million operations with 20 million records:

    DuckDB 2.0      8.6 s, peak 1,980 MiB (1,450 of them the history)
    Polars 2.1      4.9 s, peak 1,810 MiB
    dense numbers   2.7 s, peak 2,060 MiB

and over 1 million operations 0.73 s, 0.30 s and 0.18 s. `python -m benchmarks checkers` measures
the whole judge.
"""
