"""The services that the tool asks of a platform: OAuth scopes of AGS 2.0 and NRPS 2.0."""

from typing import Final

_AGS: Final = "https://purl.imsglobal.org/spec/lti-ags/scope"

LINEITEM: Final = f"{_AGS}/lineitem"
LINEITEM_READONLY: Final = f"{_AGS}/lineitem.readonly"
SCORE: Final = f"{_AGS}/score"
RESULT_READONLY: Final = f"{_AGS}/result.readonly"
MEMBERSHIP_READONLY: Final = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
