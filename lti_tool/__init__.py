"""ICC Bridge: an LTI 1.3 tool that brings the ICC training into a school's own learning environment.

One package a domain, the same file names in each (models, service, views, jobs). A room imports only from the floors
below its own; ``tests/test_architecture.py`` draws the line.
"""

__version__ = "0.1.0"
