"""The register as data: one TOML file a room, and `kinds.toml` with what each kind of data is for.

A table says whose its rows are and what erasing a person does to them, and of each of its columns which kind it is:

    owner      paths to `person.id`, over columns that refer to other tables: the row is that person's
    account    the path to the platform's id, and the column that holds the person's number there
    account_id the column that holds the bare id of the person's account
    staff      paths to `staff_member.id`: the row is about that member of the staff
    staff_id   the column that holds the bare id of the member of the staff who did it
    by         paths to whoever wrote or decided it; the row is about somebody else
    about      paths to whom the row is about besides; not theirs to have, and gone when they are erased
    erased     what erasing the owner does: `deleted`, `kept` (it says nothing of anybody any more), or the columns emptied
    erased_by  the same of whom `by` names; `kept` unless it says so
    erased_staff  the same of the member whom `staff` or `staff_id` names
    consents   columns with the version of what somebody agreed to: of which words (`lti_tool.courses.consents`)
    files      columns that hold where bytes lie in the file store
    columns    by kind: one of `kinds.toml`, or one of these that say nothing of anybody:
               joins (ids that hold rows together), upkeep (how a job stands), secret (digests, sealed keys, one-time
               addresses), places (schools, courses, editions, keys), others (ids of other people)
"""
