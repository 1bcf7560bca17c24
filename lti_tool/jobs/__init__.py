"""Jobs: the durable engine. A job carries a key and a number only; the database rows are the truth."""
