"""What somebody looked for, for an address: sealed, because a person's name has no place in addresses and logs."""

from lti_tool.errors import SettingsError
from lti_tool.vault import Vault


class SealedSearch:
    """Seals what was looked for.

    Args:
        vault: has the key.
    """

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def seal(self, search: str) -> str:
        """Return what an address holds instead; nothing for nothing."""
        return self._vault.encrypt(search) if search else ""

    def open(self, sealed: str | None) -> str:
        """Return what was looked for; nothing when it was not sealed here."""
        try:
            return self._vault.decrypt(sealed) if sealed else ""
        except (SettingsError, UnicodeError):
            return ""
