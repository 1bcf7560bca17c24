"""C1: payloads that certification sends on purpose. Each is refused with a page that people can read."""

import jwt

from lti_tool.demo.browser import Page
from tests.certification.premises import Premises, Visitor
from tests.certification.refusals import is_refused


def test_c1_01_no_kid_in_jwt_header(premises: Premises) -> None:
    private = premises.school.keys.active.private
    is_refused(
        premises,
        lambda visitor: visitor.launch_signed(lambda claims: jwt.encode(claims, private, algorithm="RS256")),
        "L-KEY",
    )


def test_c1_02_incorrect_kid(premises: Premises) -> None:
    def sign(claims: dict[str, object]) -> str:
        return premises.school.sign_id_token(claims, headers={"kid": "imstester_66067"})

    is_refused(premises, lambda visitor: visitor.launch_signed(sign), "L-KEY")


def test_c1_03_wrong_lti_version(premises: Premises) -> None:
    is_refused(premises, lambda visitor: visitor.launch(version="11.3"), "L-CLAIMS")


def test_c1_04_no_lti_version(premises: Premises) -> None:
    is_refused(premises, lambda visitor: visitor.launch(version=None), "L-CLAIMS")


def test_c1_05_invalid_lti_message(premises: Premises) -> None:
    def sign(_claims: dict[str, object]) -> str:
        return premises.school.sign_id_token({"name": "badltilaunch"})

    is_refused(premises, lambda visitor: visitor.launch_signed(sign), "L-CLAIMS")


def test_c1_06_missing_lti_claims(premises: Premises) -> None:
    def attempt(visitor: Visitor) -> Page:
        return visitor.launch(message_type=None, version=None, roles=None, resource_link=None, context=None)

    is_refused(premises, attempt, "L-CLAIMS")


def test_c1_07_timestamps_incorrect(premises: Premises) -> None:
    is_refused(premises, lambda visitor: visitor.launch(iat=11111, exp=22222), "L-EXPIRED")


def test_c1_08_message_type_missing(premises: Premises) -> None:
    is_refused(premises, lambda visitor: visitor.launch(message_type=None), "L-CLAIMS")


def test_c1_09_role_claim_missing(premises: Premises) -> None:
    is_refused(premises, lambda visitor: visitor.launch(roles=None), "L-CLAIMS")


def test_c1_10_deployment_id_missing(premises: Premises) -> None:
    is_refused(premises, lambda visitor: visitor.launch(deployment_id=None), "L-CLAIMS")


def test_c1_11_resource_link_id_missing(premises: Premises) -> None:
    for link in (None, {}, {"title": "Je leervraag"}, {"id": ""}):

        def attempt(visitor: Visitor, link: object = link) -> Page:
            return visitor.launch(resource_link=link)

        is_refused(premises, attempt, "L-CLAIMS")


def test_c1_12_user_missing(premises: Premises) -> None:
    is_refused(premises, lambda visitor: visitor.launch(sub=None), "L-CLAIMS")
