"""Measurements of the tool on this machine, as figures and ratios of one run: ``make bench``."""
