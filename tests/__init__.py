"""The tests, and what they share.

Python keeps what it compiled, whatever the environment says: else each process of the tests compiles the application and
every assertion anew, which takes each of them longer than most tests.
"""

import os
import sys

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
