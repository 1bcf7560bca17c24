"""The words of a check in the browser: those of the findings and verdicts, in one language, as data for its scripts."""

from typing import Any

from flask_babel import force_locale

from lti_tool.certificates.findings import Finding
from lti_tool.certificates.verdict import TITLES, VALID, CheckState, VerdictState
from lti_tool.web.locales import select_time_zone
from lti_tool.web.states import state_of

VERDICT_STATES = {
    VerdictState.VALID: "verdict_valid",
    VerdictState.REVOKED: "verdict_revoked",
    VerdictState.REPLACED: "verdict_replaced",
    VerdictState.ALTERED: "verdict_tampered",
    VerdictState.EXPIRED: "verdict_expired",
    VerdictState.UNKNOWN: "verdict_unknown",
}
"""How each verdict looks (`lti_tool.web.states`)."""
CHECK_STATES = {CheckState.PASSED: "light_ok", CheckState.FAILED: "light_wrong", CheckState.UNSURE: "light_not_tried"}
"""How each check looks."""


def check_words(language: str) -> dict[str, Any]:
    """Return what the scripts say, by finding and by verdict.

    Args:
        language: `nl` or `en`.
    """
    with force_locale(language):
        return _words(language)


def _words(language: str) -> dict[str, Any]:
    return {
        "zone": select_time_zone(),
        "valid": VALID.get(language),
        "findings": {finding.name: _finding(finding, language) for finding in Finding},
        "verdicts": {
            state.value: {"title": TITLES[state].get(language), **_look(VERDICT_STATES[state])} for state in VerdictState
        },
    }


def _finding(finding: Finding, language: str) -> dict[str, Any]:
    check = finding.check
    return {
        "code": check.code.value,
        "state": check.state.value,
        "leads_to": finding.leads_to.value if finding.leads_to else None,
        "text": check.words.get(language),
        **_look(CHECK_STATES[check.state]),
    }


def _look(name: str) -> dict[str, str]:
    state = state_of(name)
    return {"icon": state.icon, "tone": state.tone, "word": str(state.word)}
