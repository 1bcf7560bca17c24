"""What everybody in a course completed, read from a Moodle: our client beside moodlepy, by requests, time and memory."""
