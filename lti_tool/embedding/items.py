"""What is sent to the platform: one link a chosen item (Deep Linking 2.0, 3.2).

Every item has the same address, the registered launch URL: Moodle compares `redirect_uri` exactly and sends the item's
address back as `target_link_uri`; what it shows stands in `custom`, which survives a copied course. Its values are
strings (Moodle makes "Array" of a list). `scoreMaximum` is the integer 100, or Moodle creates an ungraded activity
without a word.
"""

from collections.abc import Sequence

from flask_babel import gettext as _

from lti_tool.advantage.deep_linking import ContentItem
from lti_tool.advantage.lineitems import LineItemWish
from lti_tool.embedding.choices import WHOLE
from mappings.training import Assignment, Training

SCORE_MAXIMUM = 100


def content_items(
    training: Training, items: Sequence[str], cohort_id: str, launch_url: str, *, locale: str, graded: bool
) -> list[ContentItem]:
    """Return the links for the chosen items, in the given order.

    Args:
        items: `WHOLE` and keys of assignments.
        launch_url: the registered launch URL.
        locale: the language of titles and texts, nl or en.
        graded: whether the platform takes columns for its gradebook along.
    """
    return [
        _whole(training, cohort_id, launch_url, locale)
        if key == WHOLE
        else _assignment(training, training.assignment(key), cohort_id, launch_url, locale, graded=graded)
        for key in items
    ]


def _whole(training: Training, cohort_id: str, launch_url: str, locale: str) -> ContentItem:
    return ContentItem(
        title=_("%(training)s: overzicht", training=training.name.get(locale)),
        text=training.subtitle.get(locale),
        url=launch_url,
        custom={"assignment": WHOLE, "cohort": cohort_id},
        line_item=None,
    )


def _assignment(
    training: Training, assignment: Assignment, cohort_id: str, launch_url: str, locale: str, *, graded: bool
) -> ContentItem:
    title = assignment.title.get(locale)
    line_item = LineItemWish(
        score_maximum=SCORE_MAXIMUM,
        resource_id=f"{training.key}:{assignment.key}:{cohort_id}",
        tag=training.key,
        label=title,
    )
    return ContentItem(
        title=title,
        text=assignment.goal.get(locale),
        url=launch_url,
        custom={"assignment": assignment.key, "cohort": cohort_id},
        line_item=line_item if graded else None,
    )
