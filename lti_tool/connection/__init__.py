"""Is it in order: the self-test of a connection for the school's administrator, and of a course for its trainer.

`probing` and `course_probing` ask the platform (and ourselves) and tell what came, `judging_…` say what that means and who
can do what about it, `selftest` and `course_check` put both together, `report` makes plain text of it.
"""
