"""The people and courses the demo school opens with."""

from datetime import UTC, datetime

from .models import Role
from .native.accounts import add_account
from .native.seeds import open_activities
from .state import School


def open_school(school: School) -> None:
    """Fill an empty school with a trainer, three teachers, an admin and two courses; a filled one stays as it is.

    Where it has web services, the course has activities of its own, and there is an account for programs with a token.
    """
    if school.people:
        return
    with school.changing():
        school.add_person("Beheer", "Zilverbos", username="beheer", admin=True)
        ilse = school.add_person("Ilse", "Brouwers", username="i.brouwers", idnumber="T001")
        zoe = school.add_person("Zoë", "van 't Höfen", username="z.vanthofen", idnumber="D001")
        lukasz = school.add_person("Łukasz", "Kowalczyk", username="l.kowalczyk", idnumber="D002")
        anais = school.add_person("Anaïs", "Peeters", username="a.peeters", idnumber="D003")
        training = school.add_course(
            "Cultuurcoördinator VO",
            label="ICC-VO",
            idnumber="ICC-VO-ZUID",
            summary="De ICC-training voor docenten die cultuuronderwijs op hun school verder brengen.",
            start=datetime(2026, 9, 7, 7, 0, tzinfo=UTC),
        )
        team = school.add_course(
            "Teamkamer kunst en cultuur",
            label="KC-TEAM",
            idnumber="KC-TEAM-26",
            summary="Afspraken, roosters en plannen van de sectie kunst en cultuur.",
            start=datetime(2026, 8, 24, 7, 0, tzinfo=UTC),
        )
        school.enrol(ilse, training, Role.TEACHER)
        for teacher in (zoe, lukasz, anais):
            school.enrol(teacher, training, Role.STUDENT)
        school.enrol(zoe, team, Role.TEACHER)
        school.enrol(lukasz, team, Role.STUDENT)
        school.enrol(ilse, team, Role.STUDENT)
        if school.personality.web_services:
            open_activities(school, training)
            add_account(school)
