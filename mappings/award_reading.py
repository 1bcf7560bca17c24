"""Reading the award rule, the achievement and the certificate's texts of a training.

Achievement types: Open Badges 3.0, `AchievementType`, which may be extended by names that start with `ext:`.
"""

import re
from string import Formatter
from typing import Final

from mappings.award import (
    Achievement,
    AchievementResult,
    AwardCondition,
    AwardMode,
    AwardRule,
    CertificateTexts,
)
from mappings.phrasing import closest, shown
from mappings.reading import Table
from mappings.texts import Text

PLACEHOLDERS: Final = ("name", "start", "end", "hours", "edition", "issuer", "date", "url")
"""What the program can fill in on a certificate."""

_FILE_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

_ACHIEVEMENT_TYPE: Final = re.compile(
    "Achievement|ApprenticeshipCertificate|Assessment|Assignment|AssociateDegree|Award|Badge|BachelorDegree|Certificate"
    "|CertificateOfCompletion|Certification|CommunityService|Competency|Course|CoCurricular|Degree|Diploma"
    "|DoctoralDegree|Fieldwork|GeneralEducationDevelopment|JourneymanCertificate|LearningProgram|License|Membership"
    "|ProfessionalDoctorate|QualityAssuranceCredential|MasterCertificate|MasterDegree|MicroCredential"
    "|ResearchDoctorate|SecondarySchoolDiploma|ext:[A-Za-z0-9._-]+"
)


def read_award(table: Table) -> AwardRule:
    """Read the award rule. What the program does not do (count self-assessments) cannot be switched on."""
    return AwardRule(
        rule=table.member("rule", AwardCondition),
        assignments=table.keys("assignments"),
        needs_confirmed_name=table.boolean("needs_confirmed_name", only=True),
        mode=table.member("mode", AwardMode),
        contact_hours_minimum=table.integer("contact_hours_minimum"),
        contact_hours_count=table.boolean("contact_hours_count"),
        self_assessment_counts=table.boolean("self_assessment_counts", only=False),
        text=table.text("text"),
        name_question=table.text("name_question"),
        waiting_for_name=table.text("waiting_for_name"),
        congratulations=table.text("congratulations"),
    )


def read_achievement(table: Table) -> Achievement:
    """Read the achievement."""
    return Achievement(
        key=table.key(),
        version=table.integer("version", at_least=1),
        human_code=table.string("human_code"),
        type=table.string("type", "an achievement type of Open Badges 3.0", _ACHIEVEMENT_TYPE),
        hours=table.integer("hours", at_least=1),
        tags=table.words("tags"),
        name=table.text("name"),
        short=table.text("short"),
        description=table.text("description"),
        criteria=table.text("criteria"),
        results=tuple(
            AchievementResult(child.key(), child.text("name"), child.text("evidence")) for child in table.tables("result")
        ),
    )


def read_certificate(table: Table) -> CertificateTexts:
    """Read the lines of the certificate and check their placeholders."""
    return CertificateTexts(
        heading=_line(table, "heading"),
        line_name=_line(table, "line_name", "name"),
        line_body=_line(table, "line_body"),
        line_period=_line(table, "line_period"),
        line_edition=_line(table, "line_edition"),
        line_award=_line(table, "line_award", "issuer", "date"),
        line_verify=_line(table, "line_verify", "url"),
        line_seal=_line(table, "line_seal"),
        line_phases=_line(table, "line_phases"),
        file_name=_file_name(table),
        says=table.texts("says", at_least=1),
        does_not_say=table.texts("does_not_say"),
        portfolio=table.text("portfolio"),
        validity=table.text("validity"),
    )


def _line(table: Table, name: str, *needed: str) -> Text:
    text = table.text(name)
    found = {language: _check(table, f"{table.at(name)}.{language}", text.get(language)) for language in ("nl", "en")}
    if text.nl and text.en and None not in found.values():
        for placeholder in needed:
            if placeholder not in (found["nl"] or ()):
                table.note(f"{table.at(name)}.nl", f"expected the placeholder {{{placeholder}}}, found none")
        if found["nl"] != found["en"]:
            table.note(f"{table.at(name)}.en", "expected the same placeholders as in Dutch")
    return text


def _check(table: Table, path: str, line: str) -> frozenset[str] | None:
    """Return the placeholders of a line; None, and a note, when they are not as they should be."""
    try:
        fields = [part[1:] for part in Formatter().parse(line) if part[1] is not None]
    except ValueError:
        table.note(path, "expected braces in pairs around a placeholder")
        return None
    for field, layout, conversion in fields:
        if field not in PLACEHOLDERS or layout or conversion:
            close = closest(field or "", PLACEHOLDERS)
            hint = f"; did you mean {{{close}}}?" if close and field not in PLACEHOLDERS else ""
            known = " ".join(f"{{{placeholder}}}" for placeholder in PLACEHOLDERS)
            table.note(path, f"expected only the placeholders {known}, found {shown(field)}{hint}")
            return None
    return frozenset(field for field, _, _ in fields if field)


def _file_name(table: Table) -> Text:
    child = table.table("file_name", "a text in nl and en")
    if child is None:
        return Text("", "")
    expected = "a file name of lower-case letters, digits and hyphens, without extension"
    return Text(child.string("nl", expected, _FILE_NAME), child.string("en", expected, _FILE_NAME))
