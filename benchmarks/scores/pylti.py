"""PyLTI1p3's AssignmentsGradesService as its README shows it."""

from datetime import UTC, datetime
from typing import Final

from pylti1p3.assignments_grades import AssignmentsGradesService
from pylti1p3.grade import Grade
from pylti1p3.registration import Registration
from pylti1p3.service_connector import ServiceConnector

SCORE: Final = "https://purl.imsglobal.org/spec/lti-ags/scope/score"


class Grades:
    """A service connector for one platform, and with it one token that it keeps.

    Args:
        platform: its address.
        client_id: the tool's.
        key: the tool's private key, PEM.
    """

    def __init__(self, platform: str, client_id: str, key: str) -> None:
        registration = Registration()
        registration.set_auth_token_url(f"{platform}/token")
        registration.set_client_id(client_id)
        registration.set_issuer(platform)
        registration.set_tool_private_key(key)
        self._connector = ServiceConnector(registration)

    def put(self, line_item: str, user: str, comment: str) -> None:
        """Post a full score.

        Raises:
            LtiServiceException: the platform did not take it.
        """
        grade = Grade().set_score_given(100).set_score_maximum(100).set_user_id(user).set_comment(comment)
        grade.set_timestamp(datetime.now(UTC).isoformat()).set_activity_progress("Completed")
        grade.set_grading_progress("FullyGraded")
        service = AssignmentsGradesService(
            self._connector, {"scope": [SCORE], "lineitem": line_item, "lineitems": line_item}
        )
        service.put_grade(grade)
