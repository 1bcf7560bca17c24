"""Notices: what happened since somebody looked last, in the tool and, for whoever wants it, by e-mail."""
