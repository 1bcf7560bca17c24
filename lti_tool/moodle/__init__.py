"""What people do in native activities of a connected Moodle, read through its web services, and made to count."""
