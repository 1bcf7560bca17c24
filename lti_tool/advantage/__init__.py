"""Advantage: the LTI Advantage services spoken outward (AGS 2.0, NRPS 2.0, Deep Linking 2.0)."""
