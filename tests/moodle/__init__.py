"""The room of connected Moodles, against a Moodle that answers what a real one answered."""
