"""Activities of the school's own in the demo: connecting its web services, handing in there, letting it count."""

from lti_tool.app import Parts
from lti_tool.demo.browser import Browser, Page
from lti_tool.demo.connecting import token_for_programs
from lti_tool.demo.expecting import expect

MAPPING = "Moodle-activiteiten koppelen"
BOARD = "Bord"


def connect_web_services(parts: Parts, school_url: str) -> bool:
    """Give the tool a token for the web services of the demo school, if it has them; return whether it uses them now.

    Raises:
        WalkFailed: the school makes no token.
        IccError: the tool cannot use it.
    """
    schools = [one.id for one in parts.platforms.list() if one.issuer == school_url]
    token = token_for_programs(school_url) if schools else None
    if token is None:
        return False
    for platform_id in schools:
        parts.moodle_sites.connect(platform_id, token)
    return True


def hand_in_natively(browser: Browser, course: str, title: str, text: str) -> Page:
    """Hand in a text in an assignment of the school's own.

    Args:
        browser: of a teacher who is signed in.
        course: the course's address.
        title: of the assignment.

    Raises:
        WalkFailed: the school does not take it.
        BrowserError: there is no such assignment.
    """
    done = browser.get(course).follow(title).form(name="handin").submit(text=text, action="submit")
    expect("the school's receipt of the hand-in", "ingeleverd" in done.text, done)
    return done


def map_activity(page: Page, key: str, title: str) -> Page:
    """Let one activity of the school's own count for an assignment, and none for any other.

    Args:
        page: any page of the tool that a trainer has in the frame.
        key: of the assignment.
        title: of the activity.

    Raises:
        WalkFailed: it is not kept.
        BrowserError: a link is missing, or the page does not offer the activity.
    """
    mapping = page.follow(BOARD).follow(MAPPING)
    form = mapping.form(with_field=f"activity-{key}")
    activity = form.option(f"activity-{key}", title)
    others = {name: "" for name in form.names if name.startswith("activity-") and name != f"activity-{key}"}
    chosen = {f"activity-{key}": activity, f"counts-{key}": "submitted", f"trainer-{key}": "yes"}
    kept = form.submit(**others, **chosen)
    expect("the mapping to be kept", kept.status == 200 and "Bewaard" in kept.text, kept)
    return kept
