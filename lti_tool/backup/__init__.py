"""Backup and restore: the database, the files and the secret as one archive, encrypted with a passphrase.

The archive is a tar inside an age file (https://age-encryption.org/v1), so `age -d` and `tar` open it without ICC Bridge.
"""
