"""What is posted to a gradebook, and what never is."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.errors import ScoreError
from mappings.platforms import PlatformProfile, load_profiles, profile_for
from mappings.progress import OutcomeState
from mappings.scores import COMMENT_MAXIMUM, ActivityProgress, GradingProgress, Score, plain_comment, score_for

MOODLE = profile_for("moodle")
GENERIC = profile_for(None)
NOON = datetime(2026, 11, 23, 12, 0, 5, 88_900, tzinfo=UTC)


def graded(given: object, maximum: object = 100, comment: str | None = None) -> Score:
    return Score(given, maximum, ActivityProgress.COMPLETED, GradingProgress.FULLY_GRADED, comment)  # type: ignore[arg-type]


@pytest.mark.parametrize("profile", [MOODLE, GENERIC], ids=["moodle", "generic"])
def test_accepted_work_is_the_full_score_with_the_feedback(profile: PlatformProfile) -> None:
    score = score_for(OutcomeState.ACCEPTED, "Akkoord. Sterk begin.", profile)
    assert score == graded(100, 100, "Akkoord. Sterk begin.")


def test_accepted_work_without_feedback_has_no_comment() -> None:
    score = score_for(OutcomeState.ACCEPTED, None, MOODLE)
    assert score == graded(100)
    assert score is not None
    assert "comment" not in score.to_json("7", NOON)


@pytest.mark.parametrize("profile", list(load_profiles().values()), ids=lambda profile: profile.family)
@pytest.mark.parametrize("state", [state for state in OutcomeState if state is not OutcomeState.ACCEPTED])
def test_anything_but_accepted_posts_nothing_where_that_would_clear_a_grade(
    profile: PlatformProfile, state: OutcomeState
) -> None:
    assert profile.wipes_without_grade
    assert score_for(state, "Bijna.", profile) is None


def test_handed_in_work_is_announced_only_where_nothing_can_be_cleared() -> None:
    safe = replace(GENERIC, wipes_without_grade=False)
    score = score_for(OutcomeState.SUBMITTED, "Bijna.", safe)
    assert score == Score(None, 100, ActivityProgress.SUBMITTED, GradingProgress.PENDING_MANUAL)
    for state in (OutcomeState.OPEN, OutcomeState.DRAFT, OutcomeState.RETURNED):
        assert score_for(state, None, safe) is None


@given(st.sampled_from(OutcomeState), st.none() | st.text(), st.booleans())
@settings(deadline=None)
def test_no_post_clears_a_grade(state: OutcomeState, feedback: str | None, wipes: bool) -> None:
    score = score_for(state, feedback, replace(MOODLE, wipes_without_grade=wipes))
    if wipes and score is not None:
        body = score.to_json("7", NOON)
        assert body["gradingProgress"] == "FullyGraded"
        assert body["scoreGiven"] == 100


def test_the_body_is_what_the_specification_says() -> None:
    assert graded(100, 100, "Goed gedaan é <b>!</b>").to_json("9", NOON) == {
        "userId": "9",
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "timestamp": "2026-11-23T12:00:05.088+00:00",
        "scoreGiven": 100,
        "scoreMaximum": 100,
        "comment": "Goed gedaan é <b>!</b>",
    }


def test_a_body_without_a_score_has_no_maximum_either() -> None:
    body = Score(None, 100, ActivityProgress.SUBMITTED, GradingProgress.PENDING_MANUAL).to_json("9", NOON)
    assert "scoreGiven" not in body
    assert "scoreMaximum" not in body


@pytest.mark.parametrize(("given", "sent"), [(0, "0"), (0.0, "0"), (7.5, "7.5"), (100.0, "100"), (1e-7, "1e-07")])
def test_scores_go_out_as_plain_numbers(given: float, sent: str) -> None:
    assert json.dumps(graded(given).to_json("9", NOON)["scoreGiven"]) == sent


def test_a_timestamp_goes_out_in_utc_with_milliseconds_and_offset() -> None:
    amsterdam = datetime(2026, 7, 1, 0, 30, tzinfo=timezone(timedelta(hours=2)))
    assert graded(100).to_json("9", amsterdam)["timestamp"] == "2026-06-30T22:30:00.000+00:00"


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.timezones()))  # noqa: DTZ001
@settings(deadline=None)
def test_a_timestamp_is_the_same_moment_never_later(moment: datetime) -> None:
    sent = datetime.fromisoformat(str(graded(100).to_json("9", moment)["timestamp"]))
    assert timedelta(0) <= moment.astimezone(UTC) - sent < timedelta(milliseconds=1)


def test_a_timestamp_without_time_zone_is_refused() -> None:
    with pytest.raises(ScoreError, match="time zone"):
        graded(100).to_json("9", datetime(2026, 11, 23))  # noqa: DTZ001


@pytest.mark.parametrize("user", ["", None, 9])
def test_a_score_for_nobody_is_refused(user: object) -> None:
    with pytest.raises(ScoreError, match="id of a user"):
        graded(100).to_json(user, NOON)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "given",
    [float("nan"), float("inf"), float("-inf"), True, False, -1, -0.001, 100.001, 101, 10**4000, "100", [100]],
    ids=lambda given: str(given)[:10],
)
def test_a_score_that_is_no_number_from_0_to_the_maximum_is_refused(given: object) -> None:
    with pytest.raises(ScoreError, match="expected a score"):
        graded(given)


@pytest.mark.parametrize("maximum", [0, -1, 100.0, True, None, "100", float("nan")])
def test_a_maximum_that_is_no_whole_number_is_refused(maximum: object) -> None:
    with pytest.raises(ScoreError, match="expected a maximum"):
        graded(0, maximum)


@given(st.floats() | st.integers())
@settings(deadline=None)
def test_every_score_that_is_not_refused_is_valid_json(given: float) -> None:
    try:
        score = graded(given)
    except ScoreError:
        return
    sent = json.loads(json.dumps(score.to_json("9", NOON), allow_nan=False))
    assert sent["scoreGiven"] == given


@pytest.mark.parametrize("feedback", [None, "", " \r\n\t ", "\x00\x07"])
def test_feedback_without_words_is_no_comment(feedback: str | None) -> None:
    assert plain_comment(feedback) is None


def test_a_comment_keeps_lines_and_loses_control_characters() -> None:
    assert plain_comment("  Goed!\r\n\r\nEen vraag:\tt\x00och?\u2028Tot \ud800gauw. \r") == (
        "Goed!\n\nEen vraag: toch?\nTot gauw."
    )


def test_a_long_comment_ends_at_a_word() -> None:
    comment = plain_comment("woord " * 1000)
    assert comment is not None
    assert COMMENT_MAXIMUM - 10 < len(comment) <= COMMENT_MAXIMUM
    assert comment.endswith("woord…")


def test_a_long_comment_of_one_word_is_cut() -> None:
    assert plain_comment("a" * 5000) == "a" * (COMMENT_MAXIMUM - 1) + "…"


def test_a_comment_that_just_fits_is_left_alone() -> None:
    assert plain_comment("a" * COMMENT_MAXIMUM) == "a" * COMMENT_MAXIMUM


@given(st.text(), st.integers(1, 400))
@settings(deadline=None)
def test_a_comment_always_fits_and_can_be_sent(text: str, times: int) -> None:
    comment = plain_comment(text * times)
    if comment is not None:
        assert 0 < len(comment) <= COMMENT_MAXIMUM
        assert comment == comment.strip()
        comment.encode("utf-8")
