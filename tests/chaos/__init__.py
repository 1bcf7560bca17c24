"""Chaos: whether every score arrives, in order, while the school misbehaves, processes are killed and PostgreSQL crashes.

`make chaos` runs it at full size on both engines; `test_chaos.py` runs a short one. See docs/run.md.
"""
