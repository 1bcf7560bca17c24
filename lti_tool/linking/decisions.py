"""What becomes of each reference to a person, and to a participant, when two people turn out to be one.

A reference that stands in no list here fails a test: whoever adds a table decides.
"""

MOVES = (
    ("account", "person_id"),
    ("activity_mapping", "confirmed_by_id"),
    ("aspect_mark", "by_id"),
    ("aspect_sharing", "by_id"),
    ("attendance", "marked_by_id"),
    ("cohort", "created_by_id"),
    ("cohort_code", "used_by_id"),
    ("copy_choice", "chosen_by_id"),
    ("course_cohort", "bound_by_id"),
    ("exchange_visit", "person_id"),
    ("mail_address", "person_id"),
    ("meeting", "planned_by_id"),
    ("notice", "person_id"),
    ("piece_reaction", "hidden_by_id"),
    ("piece_reaction", "person_id"),
    ("review", "reviewer_id"),
    ("review_phrase", "person_id"),
    ("shelf_item", "added_by_id"),
)
"""References to a person that follow; where the person who goes on has such a row already, the other's stays and waits."""

OF_THEIR_OWN = {
    ("award", "person_id"): "joining.py: a certificate follows, of two awards of one training one goes on",
    ("enrolment", "person_id"): "joining.py: follows, or is taken up in the enrolment of the one who goes on",
}
"""References to a person that need more thought than that."""

STAYS = {
    ("account_link", "joined_id"): "it says who was taken up",
    ("account_link", "kept_id"): "it says who went on",
    ("attendance_change", "by_id"): "changes are only added to",
    ("award_decision", "by_id"): "decisions are only added to",
    ("staff_member", "person_id"): "a member of the staff has no account to link, and keeps the own person",
}
"""References to a person that stay, and why."""

PARTICIPANT_MOVES = (
    ("aspect_mark", "enrolment_id"),
    ("aspect_sharing", "enrolment_id"),
    ("attendance", "enrolment_id"),
    ("attendance_change", "enrolment_id"),
    ("enrolment_course", "enrolment_id"),
    ("learning_question", "enrolment_id"),
    ("directory_entry", "enrolment_id"),
    ("notice", "enrolment_id"),
    ("piece_reaction", "enrolment_id"),
    ("shared_piece", "enrolment_id"),
    ("upload", "enrolment_id"),
)
"""References to a participant who is taken up in another; where that one has such a row already, it stays and waits."""

PARTICIPANT_OF_THEIR_OWN = {
    ("award", "enrolment_id"): "joining.py: goes with the award",
    ("submission", "enrolment_id"): "joining.py: of two works for one assignment one goes on",
}
"""References to a participant that need more thought than that."""
