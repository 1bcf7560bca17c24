"""A soak: a small school works with the tool for a long while, at a rate that it can bear, and nothing may wear out.

`make soak` starts an installation as an organisation runs it (processes of their own, a database that waits for the disk),
measures how much of a mixed load it bears, plays a share of that for as long as told, and looks at every minute: answers,
how long they took, and how much memory the tool holds.
"""
