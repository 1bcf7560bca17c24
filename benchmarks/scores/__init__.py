"""Scores over HTTP: our connector and our durable outbox beside other tools, interleaved in one run, with faults too."""
