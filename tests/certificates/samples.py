"""A snapshot as the award of the training gives it, with people and schools that do not exist."""

from datetime import UTC, datetime

from lti_tool.certificates.snapshot import (
    Accepted,
    AwardedAchievement,
    CertificateLines,
    IssuerFacts,
    Language,
    PhaseResult,
    Snapshot,
)
from mappings.texts import Text, Words

BASE_URL = "https://icc.example.org"
NAME = "Zoë van ’t Höfen-Çelik"
AWARDED = datetime(2026, 6, 4, 9, 30, tzinfo=UTC)

_PHASES = (
    ("orientatie", "Oriëntatie", "Orientation", "Leervraag en beschrijving van de eigen werksituatie.", (2025, 10, 16)),
    ("onderzoek", "Onderzoek", "Research", "Verkenning van mogelijkheden met een onderbouwde keuze.", (2025, 12, 11)),
    ("uitvoering", "Uitvoering", "Implementation", "Beleidsplan of ander beroepsproduct.", (2026, 4, 23)),
    ("evaluatie", "Evaluatie", "Evaluation", "Terugblik en eigen vervolgstappen.", (2026, 5, 28)),
)
_ASSIGNMENTS = (
    ("leervraag", "orientatie", "Leervraag", "Learning question"),
    ("verkenning", "onderzoek", "Verkenning", "Exploration"),
    ("beroepsproduct", "uitvoering", "Beroepsproduct", "Professional product"),
    ("terugblik", "evaluatie", "Terugblik", "Looking back"),
    ("vervolgstappen", "evaluatie", "Vervolgstappen", "Next steps"),
)


def sample_snapshot() -> Snapshot:
    """Return a complete snapshot."""
    completed = {key: datetime(*day, 14, 0, tzinfo=UTC) for key, _, _, _, day in _PHASES}
    return Snapshot(
        certificate_id="HxlOrWIvbwaJhcLtGgypPg",
        subject_id="urn:uuid:f7f49466-8f12-4975-a1a3-e7a37090107c",
        base_url=BASE_URL,
        language=Language.NL,
        name=NAME,
        training_key="icc-vo",
        training_version=1,
        achievement=AwardedAchievement(
            key="cultuurcoordinator-vo",
            version=1,
            human_code="ICC-VO",
            type="Certificate",
            name=Text("Cultuurcoördinator VO", "Cultuurcoördinator VO (Culture Coordinator, Dutch secondary education)"),
            description=Text("De houder heeft de training afgerond.", "The holder has completed the training."),
            criteria=Text("Alle **vijf** opdrachten zijn akkoord.", "All **five** assignments are accepted."),
            tags=Words(("cultuureducatie", "CKV"), ("culture education", "CKV")),
        ),
        hours=40,
        started_at=datetime(2025, 10, 8, 13, 30, tzinfo=UTC),
        ended_at=completed["evaluatie"],
        awarded_at=AWARDED,
        edition="regio Zuid, oktober 2025",
        school="Lyceum De Maasbrug, ’s-Hertogenbosch",
        phases=tuple(
            PhaseResult(
                key=key,
                name=Text(nl, en),
                result=Text(f"Fase {number}: {nl}", f"Phase {number}: {en}"),
                evidence=Text(evidence, f"Evidence of {en.lower()}."),
                completed_at=completed[key],
            )
            for number, (key, nl, en, evidence, _) in enumerate(_PHASES, 1)
        ),
        accepted=tuple(
            Accepted(
                assignment=key,
                phase=phase,
                title=Text(nl, en),
                accepted_at=completed[phase],
                accepted_by="pT3rRk0w9XbQmZs5LcVa2e",
                version=2,
                content_sha256=f"{number}" * 64,
            )
            for number, (key, phase, nl, en) in enumerate(_ASSIGNMENTS, 1)
        ),
        rule=Text("Een trainer heeft alle vijf opdrachten akkoord bevonden.", "A trainer accepted all five assignments."),
        lines=CertificateLines(
            heading=Text("Certificaat", "Certificate"),
            body=Text(
                "heeft de training Cultuurcoördinator VO met goed gevolg afgerond",
                "has successfully completed the training Cultuurcoördinator VO",
            ),
            period=Text(
                "van {start} tot en met {end}, studielast ongeveer {hours} uur",
                "from {start} to {end}, study load about {hours} hours",
            ),
            edition=Text("editie {edition}", "edition {edition}"),
            award=Text("Toegekend door {issuer} op {date}", "Awarded by {issuer} on {date}"),
            verify=Text(
                "Controleer dit certificaat met de QR-code of op {url}",
                "Verify this certificate with the QR code or at {url}",
            ),
            seal=Text("Technisch verzegeld: elke wijziging is zichtbaar.", "Technically sealed: any change shows."),
        ),
        issuer=IssuerFacts("LKCA", "https://www.lkca.nl"),
    )
