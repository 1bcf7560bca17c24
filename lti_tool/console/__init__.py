"""The console: what the issuer and the operators do in a browser; the same can be done on the command line."""
