"""Training: cohorts, enrolments, handing in and reviewing: what participants and trainers do."""
