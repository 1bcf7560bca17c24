"""Meetings of a cohort: planning them, the calendar, who was there, and the contact hours that come of it."""
