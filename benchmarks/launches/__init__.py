"""Whole launches over HTTP: ours on both databases beside other tools, interleaved in one run."""
