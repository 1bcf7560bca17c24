"""Is the connection with a learning environment in order: the self-test, and the page for a school's administrator.

`probing` asks the platform (and ourselves) and tells what came, `judging_…` says what that means and who can do what
about it, `selftest` puts both together, `report` makes plain text of it.
"""
