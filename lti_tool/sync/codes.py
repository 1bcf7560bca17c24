"""Why a score has not arrived: the codes of this room, for people who can look them up. Others come from `advantage`."""

ALREADY_THERE = "already-there"
"""The gradebook holds the score; nothing was posted."""
CHANGED_IN_LMS = "changed-in-lms"
"""Somebody changed the grade by hand. It is shown, not overwritten."""
KEPT_IN_LMS = "kept-in-lms"
"""Somebody changed the grade by hand, and a trainer lets that one count."""
CONFLICT = "http-409"
"""The platform says that it holds something newer, and it is not there (yet)."""
INTERNAL = "internal"
"""Our own mistake; the log says which."""
NOT_ANNOUNCED = "not-announced"
"""Work came in, and nobody can see whether saying so would clear a grade: nothing was posted."""
NO_LINE_ITEM = "no-line-item"
"""The placement has no column, and we may not make one."""
NO_SCOPE = "no-scope"
"""The platform does not let us post scores."""
NO_MEMBERSHIPS = "no-memberships"
"""No launch of the course has told where its list of members is."""
PLATFORM_DISABLED = "platform-disabled"
"""The platform was switched off here; it is tried again by itself once it is on."""

LINE_ITEM_SOUGHT = "line-item-sought"
"""Another score of the same placement is just finding or making its column."""

NOT_CALLED = frozenset({INTERNAL, LINE_ITEM_SOUGHT, NO_LINE_ITEM, NO_SCOPE, NOT_ANNOUNCED, PLATFORM_DISABLED, "address"})
"""What says nothing about the platform, which was not asked."""
COLUMN_GONE = frozenset({"refused-404", "refused-410"})
"""Answers to a score that say that there is no such column any more."""
PLACE_GONE = frozenset({"refused-403", *COLUMN_GONE, "address"})
"""Refusals that are about the column, not about somebody in it."""
