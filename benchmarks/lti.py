"""Launches a second, and scores a second beside PyLTI1p3's own service object on the same school."""

from collections.abc import Iterator
from datetime import UTC, datetime
from time import perf_counter

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from pylti1p3.assignments_grades import AssignmentsGradesService
from pylti1p3.grade import Grade
from pylti1p3.registration import Registration
from pylti1p3.service_connector import ServiceConnector

from benchmarks.stage import Stage, launch, stage
from lti_tool.advantage.scores import PostResult, ScoreService
from mappings.progress import OutcomeState
from mappings.scores import score_for

LAUNCHES = 200
SCORES = 200


def rows() -> Iterator[tuple[str, float, str]]:
    """Yield name, how many a second, and a remark."""
    with stage() as scene:
        yield "launches: login and launch, durable", _launches(scene), "a second, in one process and thread"
        ours, theirs = _scores(scene), _peer_scores(scene)
        yield "scores: our connector, one thread", ours, f"{ours / theirs:.2f} of PyLTI1p3 on the same school"
        yield "scores: PyLTI1p3, one service object", theirs, "a second"


def _launches(scene: Stage) -> float:
    course = next(iter(scene.school.courses.values()))
    tool = next(iter(scene.school.registrations.values()))
    link = scene.school.add_link(course, tool, "Bench", {}, with_grade=True)
    person = next(one for one in scene.school.people.values() if one.given == "Zoë")
    launch(scene, person, link)
    start = perf_counter()
    for _ in range(LAUNCHES):
        if launch(scene, person, link) != 303:
            raise RuntimeError("a launch was refused")
    return LAUNCHES / (perf_counter() - start)


def _columns(scene: Stage, name: str) -> list[str]:
    """Make one graded activity a score, because a school keeps one score a person and second; return their line items."""
    course = next(iter(scene.school.courses.values()))
    tool = next(iter(scene.school.registrations.values()))
    links = [scene.school.add_link(course, tool, f"{name} {number}", {}, with_grade=True) for number in range(SCORES)]
    items = [scene.school.item_of(link) for link in links]
    return [scene.school.lineitem_url(item) for item in items if item is not None]


def _scores(scene: Stage) -> float:
    person = next(one for one in scene.school.people.values() if one.given == "Zoë")
    platform = scene.parts.platforms.get(scene.platform_id)
    service = ScoreService(scene.parts.connector, scene.parts.clock)
    score = score_for(OutcomeState.ACCEPTED, "Akkoord", platform.profile)
    urls = _columns(scene, "ours")
    if score is None:
        raise RuntimeError("an accepted outcome gives no score")
    start = perf_counter()
    for url in urls:
        posted = service.post(platform, url, person.id, score, datetime.now(UTC))
        if posted.result is not PostResult.ACCEPTED:
            raise RuntimeError(f"a score was not accepted: {posted.code}")
    return SCORES / (perf_counter() - start)


def _peer_scores(scene: Stage) -> float:
    person = next(one for one in scene.school.people.values() if one.given == "Zoë")
    platform = scene.parts.platforms.get(scene.platform_id)
    key = scene.parts.key_ring.signing_key()
    registration = Registration()
    registration.set_auth_token_url(platform.token_url).set_client_id(platform.client_id).set_issuer(platform.issuer)
    registration.set_tool_private_key(_pem(key.private_key)).set_tool_public_key(_public_pem(key.private_key))
    registration.get_kid = lambda: key.kid  # type: ignore[method-assign]  # the key id that the school knows
    connector = ServiceConnector(registration)
    urls = _columns(scene, "theirs")
    start = perf_counter()
    for url in urls:
        service = AssignmentsGradesService(
            connector, {"scope": ["https://purl.imsglobal.org/spec/lti-ags/scope/score"], "lineitem": url, "lineitems": url}
        )
        grade = Grade().set_score_given(100).set_score_maximum(100).set_user_id(person.id)
        grade.set_timestamp(datetime.now(UTC).isoformat()).set_activity_progress("Completed")
        service.put_grade(grade.set_grading_progress("FullyGraded"))
    return SCORES / (perf_counter() - start)


def _pem(key: RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _public_pem(key: RSAPrivateKey) -> str:
    encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(encoding, form).decode()
