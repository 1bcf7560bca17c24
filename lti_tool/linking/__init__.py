"""One person with accounts in several learning environments: put together by a one-time code, and taken apart again."""
