"""Platforms: registered learning environments, dynamic registration, our key ring and their keys."""
