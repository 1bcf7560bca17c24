"""Signing in without a learning environment, for the staff: whoever issues certificates, operates the tool, or trains."""
