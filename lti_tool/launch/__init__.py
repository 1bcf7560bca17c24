"""Launch: OIDC login, verification, launch state, cookies and sessions."""
