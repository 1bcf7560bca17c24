"""The demo: a small school learning environment to try everything with, and a driver that walks through it."""
