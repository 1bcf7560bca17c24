"""Courses: accounts, courses and placements, as learned from launches."""
