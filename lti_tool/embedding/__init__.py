"""Embedding: choosing what a course shows, and sending it to the platform (LTI Deep Linking 2.0)."""
