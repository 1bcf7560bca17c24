"""Pages of a large cohort: how long the server takes for each, and how much it asks the database."""
