"""Moodle's web services, as far as the school offers them: strict about everything Moodle is strict about."""
