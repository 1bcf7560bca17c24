"""The scopes, media types and claim names of LTI 1.3 Advantage that the school speaks."""

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/scope/"
AGS_CLAIM = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS_CLAIM = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
BO_CLAIM = "https://purl.imsglobal.org/spec/lti-bo/claim/basicoutcome"
TOOL_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"
PLATFORM_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-platform-configuration"

LINEITEM = AGS + "lineitem"
LINEITEM_READONLY = AGS + "lineitem.readonly"
RESULT_READONLY = AGS + "result.readonly"
SCORE = AGS + "score"
MEMBERSHIP = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"

GRADE_SYNC = (LINEITEM_READONLY, RESULT_READONLY, SCORE)
GRADE_SYNC_AND_COLUMNS = (LINEITEM, LINEITEM_READONLY, RESULT_READONLY, SCORE)
ALL_SCOPES = (*GRADE_SYNC_AND_COLUMNS, MEMBERSHIP)

LINEITEM_TYPE = "application/vnd.ims.lis.v2.lineitem+json"
LINEITEMS_TYPE = "application/vnd.ims.lis.v2.lineitemcontainer+json"
SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"
RESULTS_TYPE = "application/vnd.ims.lis.v2.resultcontainer+json"
MEMBERS_TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"


def granted(asked: list[str]) -> list[str]:
    """Turn the scopes a registration asks for into what the tool gets, in the steps of Moodle's grade-sync setting.

    Any of score, result or lineitem.readonly gives all three; lineitem gives those and the columns
    (Moodle 4.5, dynamic registration).
    """
    scopes: list[str] = []
    if LINEITEM in asked:
        scopes += GRADE_SYNC_AND_COLUMNS
    elif not set(GRADE_SYNC).isdisjoint(asked):
        scopes += GRADE_SYNC
    if MEMBERSHIP in asked:
        scopes.append(MEMBERSHIP)
    return scopes
