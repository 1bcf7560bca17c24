"""Certificates: the award rule, the credential, the PDF, and their verification."""
