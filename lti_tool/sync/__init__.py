"""Sync: scores out, through an outbox that never loses the newest outcome."""
