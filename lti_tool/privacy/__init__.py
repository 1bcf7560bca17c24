"""Privacy: the register of what is kept about whom, a person's own copy of it, erasure, and what goes by itself."""
