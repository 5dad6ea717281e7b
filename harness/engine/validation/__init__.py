"""What a scenario must be before anything is made for it: a folder, a container, a topic.

`scenario.py` runs all of it: first the shape (types, ranges, known words), then the rules, each of
which may rely on the shape, and none on another rule.
"""
