"""The address with which a holder puts a certificate on LinkedIn: what, by whom, when and where to check it. No more."""

from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from lti_tool.certificates.snapshot import Snapshot

_ZONE = ZoneInfo("Europe/Amsterdam")


def linkedin_url(snapshot: Snapshot) -> str:
    """Return the address; LinkedIn learns from it only once the holder follows it.

    Args:
        snapshot: of the certificate; the holder's name is not in the address.
    """
    awarded = snapshot.awarded_at.astimezone(_ZONE)
    fields = {
        "startTask": "CERTIFICATION_NAME",
        "name": snapshot.text(snapshot.achievement.name),
        "organizationName": snapshot.issuer.name,
        "issueYear": awarded.year,
        "issueMonth": awarded.month,
        "certUrl": snapshot.url,
        "certId": snapshot.certificate_id,
    }
    return f"https://www.linkedin.com/profile/add?{urlencode(fields)}"
