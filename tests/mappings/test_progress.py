"""From outcomes to phases, to the award, and to what is next."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.loading import training_from
from mappings.progress import (
    AwardFinding,
    Origin,
    Outcome,
    OutcomeState,
    PhaseState,
    award_holds,
    current_phase,
    last_phase_open,
    next_assignment,
    phase_progress,
)
from mappings.training import Training
from tests.mappings.documents import BUILT_IN

TRAINING = training_from(BUILT_IN, "icc_vo.toml")
KEYS = [assignment.key for assignment in TRAINING.assignments]
START = datetime(2026, 10, 1, 12, tzinfo=UTC)


def accepted(key: str, day: int = 0, by: str | None = "trainer-1") -> Outcome:
    return Outcome(key, OutcomeState.ACCEPTED, Origin.TOOL, START + timedelta(days=day), by)


def some(key: str, state: OutcomeState) -> Outcome:
    return Outcome(key, state, Origin.TOOL, START)


def with_optional_reading() -> Training:
    document = {**BUILT_IN, "assignment": [dict(assignment) for assignment in BUILT_IN["assignment"]]}
    document["assignment"][3]["required"] = False
    document["award"] = {**BUILT_IN["award"], "assignments": [key for key in KEYS if key != "terugblik"]}
    return training_from(document, "optional.toml")


OUTCOMES = st.lists(st.sampled_from(KEYS), unique=True).flatmap(
    lambda keys: st.tuples(
        *(
            st.builds(
                Outcome,
                st.just(key),
                st.sampled_from(OutcomeState),
                st.sampled_from(Origin),
                st.none() | st.datetimes(timezones=st.just(UTC)),
                st.sampled_from([None, "trainer-1"]),
            )
            for key in keys
        )
    )
)


def test_at_the_start_the_first_phase_is_current_and_the_others_are_later() -> None:
    progress = phase_progress(TRAINING, [])
    assert [phase.state for phase in progress] == ["current", "later", "later", "later"]
    assert [(phase.done, phase.total) for phase in progress] == [(0, 1), (0, 1), (0, 1), (0, 2)]
    assert all(outcome.state is OutcomeState.OPEN for phase in progress for outcome in phase.outcomes)
    assert current_phase(TRAINING, []) is TRAINING.phases[0]


def test_a_phase_is_complete_when_its_required_assignments_are_accepted() -> None:
    progress = phase_progress(TRAINING, [accepted("leervraag", 3), some("verkenning", OutcomeState.SUBMITTED)])
    assert [phase.state for phase in progress] == ["complete", "current", "later", "later"]
    assert progress[0].complete_at == START + timedelta(days=3)
    assert progress[1].complete_at is None
    assert [outcome.state for outcome in progress[1].outcomes] == ["submitted"]


def test_a_phase_is_complete_at_the_last_of_its_moments() -> None:
    outcomes = [accepted("vervolgstappen", 5), accepted("terugblik", 9)]
    assert phase_progress(TRAINING, outcomes)[3].complete_at == START + timedelta(days=9)


def test_moments_are_compared_across_time_zones() -> None:
    amsterdam = timezone(timedelta(hours=2))
    early = Outcome("terugblik", OutcomeState.ACCEPTED, Origin.TOOL, datetime(2026, 10, 1, 13, tzinfo=amsterdam), "t")
    outcomes = [early, accepted("vervolgstappen")]
    assert phase_progress(TRAINING, outcomes)[3].complete_at == START


def test_when_a_moment_is_unknown_so_is_when_the_phase_was_complete() -> None:
    unknown = Outcome("terugblik", OutcomeState.ACCEPTED, Origin.MOODLE, None, "trainer-1")
    progress = phase_progress(TRAINING, [unknown, accepted("vervolgstappen")])[3]
    assert progress.state is PhaseState.COMPLETE
    assert progress.complete_at is None


def test_working_ahead_completes_a_phase_but_the_first_open_one_stays_current() -> None:
    progress = phase_progress(TRAINING, [accepted("verkenning")])
    assert [phase.state for phase in progress] == ["current", "complete", "later", "later"]


def test_with_everything_accepted_no_phase_is_current() -> None:
    outcomes = [accepted(key) for key in KEYS]
    assert current_phase(TRAINING, outcomes) is None
    assert next_assignment(TRAINING, outcomes) is None


def test_an_optional_assignment_does_not_hold_up_its_phase() -> None:
    training = with_optional_reading()
    progress = phase_progress(training, [accepted("vervolgstappen")])[3]
    assert (progress.done, progress.total, progress.state) == (1, 1, PhaseState.COMPLETE)
    assert [outcome.assignment for outcome in progress.outcomes] == ["terugblik", "vervolgstappen"]


def test_the_last_phase_opens_when_all_before_it_are_accepted() -> None:
    before = [accepted(key) for key in ("leervraag", "verkenning", "beroepsproduct")]
    assert not last_phase_open(TRAINING, [])
    assert not last_phase_open(TRAINING, before[:2])
    assert not last_phase_open(TRAINING, [*before[:2], some("beroepsproduct", OutcomeState.SUBMITTED)])
    assert last_phase_open(TRAINING, before)


def test_the_award_holds_when_a_trainer_accepted_everything() -> None:
    result = award_holds(TRAINING, [accepted(key, day) for day, key in enumerate(KEYS)])
    assert result.holds
    assert result.missing == ()
    assert [(row.assignment.key, row.outcome.accepted_by, row.finding) for row in result.rows] == [
        (key, "trainer-1", AwardFinding.MET) for key in KEYS
    ]


@pytest.mark.parametrize("state", [state for state in OutcomeState if state is not OutcomeState.ACCEPTED])
def test_the_award_waits_for_every_assignment_and_says_which(state: OutcomeState) -> None:
    result = award_holds(TRAINING, [*(accepted(key) for key in KEYS if key != "terugblik"), some("terugblik", state)])
    assert not result.holds
    assert result.missing == ("terugblik",)
    assert result.rows[3].finding is AwardFinding.NOT_ACCEPTED
    assert result.rows[3].outcome.state is state


@pytest.mark.parametrize("by", [None, ""])
def test_accepted_by_nobody_does_not_count(by: str | None) -> None:
    result = award_holds(TRAINING, [accepted(key, by=by if key == "verkenning" else "trainer-1") for key in KEYS])
    assert not result.holds
    assert result.missing == ("verkenning",)
    assert result.rows[1].finding is AwardFinding.NO_TRAINER


def test_a_returned_assignment_with_an_earlier_trainer_does_not_count() -> None:
    returned = Outcome("verkenning", OutcomeState.RETURNED, Origin.TOOL, START, "trainer-1")
    result = award_holds(TRAINING, [*(accepted(key) for key in KEYS if key != "verkenning"), returned])
    assert result.missing == ("verkenning",)


def test_an_optional_assignment_is_no_part_of_the_award() -> None:
    training = with_optional_reading()
    assert award_holds(training, [accepted(key) for key in KEYS if key != "terugblik"]).holds
    assert "terugblik" not in [row.assignment.key for row in award_holds(training, []).rows]


def test_hours_are_no_part_of_the_rule_unless_the_training_says_so() -> None:
    assert not TRAINING.award.contact_hours_count
    result = award_holds(TRAINING, [accepted(key) for key in KEYS], attended=0)
    assert (result.holds, result.hours.counts, result.hours.missing) == (True, False, 0)


@pytest.mark.parametrize(("attended", "missing"), [(0, 1200), (1199, 1), (1200, 0), (3000, 0)])
def test_where_hours_count_the_award_waits_for_them_and_says_how_many(attended: int, missing: int) -> None:
    training = replace(TRAINING, award=replace(TRAINING.award, contact_hours_count=True))
    result = award_holds(training, [accepted(key) for key in KEYS], attended)
    assert (result.holds, result.hours.missing, result.missing) == (not missing, missing, ())
    assert not award_holds(training, [accepted(key) for key in KEYS[1:]], attended).holds


def test_next_comes_what_was_returned_then_a_draft_then_the_first_open_one() -> None:
    outcomes = [accepted("leervraag")]
    assert next_assignment(TRAINING, outcomes) is TRAINING.assignment("verkenning")
    outcomes.append(some("beroepsproduct", OutcomeState.DRAFT))
    assert next_assignment(TRAINING, outcomes) is TRAINING.assignment("beroepsproduct")
    outcomes.append(some("vervolgstappen", OutcomeState.RETURNED))
    assert next_assignment(TRAINING, outcomes) is TRAINING.assignment("vervolgstappen")


def test_what_is_handed_in_is_not_next() -> None:
    outcomes = [some(key, OutcomeState.SUBMITTED) for key in KEYS]
    assert next_assignment(TRAINING, outcomes) is None
    assert next_assignment(TRAINING, outcomes[1:]) is TRAINING.assignment("leervraag")


def test_an_optional_assignment_is_next_only_once_it_was_begun() -> None:
    training = with_optional_reading()
    done = [accepted(key) for key in KEYS if key != "terugblik"]
    assert next_assignment(training, done) is None
    returned = some("terugblik", OutcomeState.RETURNED)
    assert next_assignment(training, [*done, returned]) == training.assignment("terugblik")


def test_an_outcome_of_an_assignment_that_is_gone_is_ignored() -> None:
    outcomes = [accepted("vroeger"), accepted("leervraag")]
    assert phase_progress(TRAINING, outcomes) == phase_progress(TRAINING, outcomes[1:])
    assert award_holds(TRAINING, outcomes) == award_holds(TRAINING, outcomes[1:])


def test_two_outcomes_for_one_assignment_are_refused() -> None:
    with pytest.raises(ValueError, match="found two for 'leervraag'"):
        award_holds(TRAINING, [accepted("leervraag"), some("leervraag", OutcomeState.RETURNED)])


def test_a_moment_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Outcome("leervraag", OutcomeState.DRAFT, at=datetime(2026, 10, 1))  # noqa: DTZ001


@given(OUTCOMES, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_outcomes_does_not_matter(outcomes: tuple[Outcome, ...], random: Random) -> None:
    shuffled = list(outcomes)
    random.shuffle(shuffled)
    assert phase_progress(TRAINING, shuffled) == phase_progress(TRAINING, outcomes)
    assert award_holds(TRAINING, shuffled) == award_holds(TRAINING, outcomes)
    assert next_assignment(TRAINING, shuffled) == next_assignment(TRAINING, outcomes)
    assert last_phase_open(TRAINING, shuffled) == last_phase_open(TRAINING, outcomes)


@given(OUTCOMES)
@settings(deadline=None)
def test_phases_award_and_what_is_next_agree(outcomes: tuple[Outcome, ...]) -> None:
    progress = phase_progress(TRAINING, outcomes)
    award = award_holds(TRAINING, outcomes)
    complete = all(phase.state is PhaseState.COMPLETE for phase in progress)
    assert sum(phase.state is PhaseState.CURRENT for phase in progress) == (0 if complete else 1)
    assert (current_phase(TRAINING, outcomes) is None) is complete
    assert len(award.missing) + sum(row.finding is AwardFinding.MET for row in award.rows) == len(KEYS)
    if award.holds:
        assert complete
        assert next_assignment(TRAINING, outcomes) is None


@given(OUTCOMES, st.sampled_from(KEYS))
@settings(deadline=None)
def test_accepting_one_more_never_takes_the_award_away(outcomes: tuple[Outcome, ...], key: str) -> None:
    more = [*(outcome for outcome in outcomes if outcome.assignment != key), accepted(key)]
    assert set(award_holds(TRAINING, more).missing) <= set(award_holds(TRAINING, outcomes).missing)
