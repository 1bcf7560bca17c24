"""What is sent to the platform: one link a chosen item (Deep Linking 2.0, 3.2).

Every item has the same address, the registered launch URL: Moodle compares `redirect_uri` exactly and sends the item's
address back as `target_link_uri`; what it shows stands in `custom`, which survives a copied course, together with
the courses that this one is a copy of (`$Context.id.history`, which the platform fills in at each launch). Its values
are strings (Moodle makes "Array" of a list). `scoreMaximum` is the integer 100, or Moodle creates an ungraded activity
without a word.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from lti_tool.advantage.deep_linking import ContentItem
from lti_tool.advantage.lineitems import LineItemWish, SubmissionReview
from lti_tool.courses.copies import CERTIFICATE
from lti_tool.embedding.choices import WHOLE
from lti_tool.platforms.asking import HISTORY
from mappings.scores import CERTIFICATE_MAXIMUM
from mappings.training import Assignment, Training

SCORE_MAXIMUM = 100


@dataclass(frozen=True)
class ItemMaker:
    """Makes the links that show a cohort's training.

    Args:
        training: what there is.
        cohort_id: for whom.
        launch_url: the registered launch URL.
        locale: the language of titles and texts, nl or en.
        graded: whether the platform takes columns for its gradebook along.
        own_window: whether the place shows nothing in a frame.
    """

    training: Training
    cohort_id: str
    launch_url: str
    locale: str
    graded: bool
    own_window: bool

    @staticmethod
    def for_place(
        settings: Mapping[str, Any], training: Training, cohort_id: str, launch_url: str, locale: str
    ) -> "ItemMaker":
        """Return the one for the place that a deep-linking request is about (claim `deep_linking_settings`)."""
        targets = settings.get("accept_presentation_document_targets")
        shows = set(map(str, targets)) if isinstance(targets, list) else set()
        return ItemMaker(
            training,
            cohort_id,
            launch_url,
            locale,
            graded=settings.get("accept_lineitem") is not False,
            own_window="window" in shows and shows.isdisjoint(("iframe", "frame", "embed")),
        )

    def make(self, items: Sequence[str]) -> list[ContentItem]:
        """Return the links for items (`WHOLE`, keys of assignments and `CERTIFICATE`), in the given order.

        The whole training has a column of its own, phase by phase, when it comes without assignments: beside the columns
        of the assignments everything would count twice.
        """
        alone = set(items) <= {WHOLE, CERTIFICATE}
        return [self._item(key, alone=alone) for key in items]

    def _item(self, key: str, *, alone: bool) -> ContentItem:
        if key == WHOLE:
            return self._whole(graded=self.graded and alone)
        return self._certificate() if key == CERTIFICATE else self._assignment(self.training.assignment(key))

    def _certificate(self) -> ContentItem:
        title = _("Certificaat %(name)s", name=self.training.achievement.name.get(self.locale))
        line_item = LineItemWish(
            label=title,
            score_maximum=CERTIFICATE_MAXIMUM,
            resource_id=f"{self.training.key}:{CERTIFICATE}:{self.cohort_id}",
            tag=self.training.key,
        )
        return ContentItem(
            title=title,
            text=_("Je certificaat: openen, downloaden en delen, of zien wat er nog nodig is."),
            url=self.launch_url,
            custom=self._custom(CERTIFICATE),
            line_item=line_item if self.graded else None,
            own_window=self.own_window,
        )

    def _whole(self, *, graded: bool) -> ContentItem:
        title = _("%(training)s: overzicht", training=self.training.name.get(self.locale))
        line_item = LineItemWish(
            label=title,
            score_maximum=SCORE_MAXIMUM,
            resource_id=f"{self.training.key}:{WHOLE}:{self.cohort_id}",
            tag=self.training.key,
        )
        return ContentItem(
            title=title,
            text=self.training.subtitle.get(self.locale),
            url=self.launch_url,
            custom=self._custom(WHOLE),
            line_item=line_item if graded else None,
            own_window=self.own_window,
        )

    def _assignment(self, assignment: Assignment) -> ContentItem:
        title = assignment.title.get(self.locale)
        line_item = LineItemWish(
            label=title,
            score_maximum=SCORE_MAXIMUM,
            resource_id=f"{self.training.key}:{assignment.key}:{self.cohort_id}",
            tag=self.training.key,
            review=SubmissionReview(self.launch_url, _("Bekijk het werk"), self._custom(assignment.key)),
        )
        return ContentItem(
            title=title,
            text=assignment.goal.get(self.locale),
            url=self.launch_url,
            custom=self._custom(assignment.key),
            line_item=line_item if self.graded else None,
            own_window=self.own_window,
        )

    def _custom(self, item: str) -> dict[str, str]:
        return {"assignment": item, "cohort": self.cohort_id, HISTORY: "$Context.id.history"}
