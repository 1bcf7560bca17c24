"""Other tools to measure beside, as each is meant to be used; what they need is pinned here."""
