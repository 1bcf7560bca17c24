"""The content items of a deep-linking response: what is wrong with them, in words, and the activities they become.

Rules of Moodle 4.5: a maximum is a whole number from 1 to 100 (with several items a wrong one silently gives an
ungraded activity), a title has at most 255 characters, ``lineItem.label`` is ignored. Others take any maximum, and some
want a title or an address.
"""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .models import CompletionRule, Course, Link, Registration

if TYPE_CHECKING:
    from .state import School

Item = dict[str, Any]

MAX_TITLE = 255
USUAL_GRADE = 100


def fatal(school: "School", item: Item, registration: Registration) -> str | None:
    """Why ``item`` can never become an activity here, or None."""
    habits = school.personality.choosing
    kind = item.get("type")
    if kind not in school.deep_linking.accept_types:
        return "Dit soort onderdeel kan deze cursus niet tonen."
    title = item.get("title", "")
    if not isinstance(title, str) or len(title) > MAX_TITLE:
        return "De titel is langer dan 255 tekens."
    url = item.get("url")
    if (habits.title_required and not title) or (habits.url_required and not url):
        return "Dit onderdeel heeft geen titel of geen link."
    if url is not None and (not isinstance(url, str) or urlsplit(url).netloc != registration.domain):
        return "De link wijst naar een andere website dan het hulpmiddel."
    custom = item.get("custom", {})
    if not isinstance(custom, dict) or not all(isinstance(value, str) for value in custom.values()):
        return "Een eigen instelling van dit onderdeel is geen tekst."
    line_item = item.get("lineItem", {})
    if not isinstance(line_item, dict):
        return "De beoordeling van dit onderdeel is niet te lezen."
    return None


def bad_maximum(school: "School", item: Item) -> bool:
    """Whether the item asks for a maximum that the gradebook does not take."""
    if "lineItem" not in item:
        return False
    maximum = item["lineItem"].get("scoreMaximum", USUAL_GRADE)
    if isinstance(maximum, bool) or not isinstance(maximum, int | float):
        return True
    highest = school.personality.choosing.highest_maximum
    return maximum <= 0 if highest is None else not isinstance(maximum, int) or not 1 <= maximum <= highest


def problems(school: "School", items: list[Item], registration: Registration) -> dict[int, str]:
    """What is wrong with each item, by its place; items that are not listed are fine."""
    found: dict[int, str] = {}
    for place, item in enumerate(items):
        reason = fatal(school, item, registration) if isinstance(item, dict) else "Dit onderdeel is niet te lezen."
        if reason is None and bad_maximum(school, item):
            reason = "Het maximum is geen heel getal van 1 tot en met 100."
        if reason is not None:
            found[place] = reason
    return found


def create(
    school: "School",
    course: Course,
    registration: Registration,
    items: list[Item],
    *,
    completion_rule: CompletionRule = CompletionRule.NONE,
) -> list[Link]:
    """Turn the items into activities, in order.

    A single item with a problem gives nothing. Among several, one with a wrong maximum becomes an ungraded activity
    and any other problem leaves that item out.
    """
    found = problems(school, items, registration)
    if len(items) == 1 and found:
        return []
    links: list[Link] = []
    with school.changing():
        for place, item in enumerate(items):
            if place in found and (not isinstance(item, dict) or fatal(school, item, registration) is not None):
                continue
            links.append(_create(school, course, registration, item, place not in found, completion_rule))
    return links


def _create(
    school: "School", course: Course, registration: Registration, item: Item, gradable: bool, rule: CompletionRule
) -> Link:
    line_item = item.get("lineItem")
    graded = gradable and isinstance(line_item, dict)
    wanted: dict[str, Any] = line_item if isinstance(line_item, dict) else {}
    review = wanted.get("submissionReview") if school.personality.submission_review else None
    review_url = str(review.get("url") or item.get("url") or registration.target_link_uri) if review else None
    own = review.get("custom", {}) if isinstance(review, dict) else {}
    return school.add_link(
        course,
        registration,
        str(item.get("title") or registration.name),
        dict(item.get("custom", {})),
        with_grade=graded,
        maximum=wanted.get("scoreMaximum", USUAL_GRADE) if graded else USUAL_GRADE,
        url=item.get("url"),
        text=str(item.get("text") or ""),
        resource_id=str(wanted.get("resourceId") or "") if graded else "",
        tag=str(wanted.get("tag") or "") if graded else "",
        completion_rule=rule if graded else CompletionRule.NONE,
        review_url=review_url if graded else None,
        review_custom={str(key): str(value) for key, value in own.items()},
    )
