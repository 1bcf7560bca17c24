"""Alembic revisions. Every schema change is one; they run on SQLite and PostgreSQL with data in the tables."""
