"""The issuer's own systems read and write here: cohorts, progress, certificates, and what they want to be told of."""
