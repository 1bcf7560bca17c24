"""What changed between two texts."""

from hypothesis import given
from hypothesis import strategies as st

from lti_tool.training.changes import Changes, Kind, changes

TEXTS = st.text(alphabet="ab .,\n", max_size=60)


def read(found: Changes) -> list[str]:
    """Return the lines as one would mark them by hand: +new+ and -gone-."""
    marks = {Kind.SAME: "", Kind.NEW: "+", Kind.GONE: "-"}
    return [
        "".join(f"{marks[piece.kind]}{piece.text}{marks[piece.kind]}" for piece in line).replace("\t", " ")
        for line in found.lines
    ]


def without_space(text: str) -> str:
    return "".join(text.split())


def side(found: Changes, *kinds: Kind) -> str:
    return without_space("".join(piece.text for line in found.lines for piece in line if piece.kind in kinds))


def test_a_word_that_was_replaced_stands_beside_the_old_one() -> None:
    found = changes("Ik sprak met drie collega's.", "Ik sprak met vier collega's.")
    assert read(found) == ["Ik sprak met- drie-+ vier+ collega's."]
    assert (found.new, found.gone, found.any) == (1, 1, True)


def test_lines_that_stayed_stay_and_a_new_one_is_new() -> None:
    found = changes("Eerst.\n\nLaatst.", "Eerst.\n\nDaarna.\n\nLaatst.")
    assert read(found) == ["Eerst.", "+Daarna.+", "Laatst."]


def test_a_line_that_went_is_gone() -> None:
    assert read(changes("Eerst.\nDaarna.\nLaatst.", "Eerst.\nLaatst.")) == ["Eerst.", "-Daarna.-", "Laatst."]


def test_a_sentence_that_was_written_anew_is_not_cut_into_crumbs() -> None:
    found = changes("Wij gaan met de klas naar zee.", "Zij komen uit de stad hierheen.")
    assert read(found) == ["-Wij gaan met de klas naar zee-+Zij komen uit de stad hierheen+."]


def test_the_first_text_is_all_new_and_the_same_text_is_not_changed() -> None:
    assert read(changes("", "Een begin")) == ["+Een begin+"]
    same = changes("Een begin\nvan iets", "Een begin\nvan iets")
    assert (read(same), same.any, same.new, same.gone) == (["Een begin", "van iets"], False, 0, 0)


def test_white_space_alone_is_no_change() -> None:
    assert not changes("Een  begin\n\n\nvan iets", "Een begin\n\nvan iets").any


def test_texts_that_would_take_long_are_shown_as_written_anew() -> None:
    old, new = " ".join(f"a{n}" for n in range(3_000)), " ".join(f"b{n}" for n in range(3_000))
    (line,) = changes(old, new).lines
    assert [piece.kind for piece in line] == [Kind.GONE, Kind.NEW]


@given(TEXTS, TEXTS)
def test_both_texts_are_in_it_whole(old: str, new: str) -> None:
    found = changes(old, new)
    assert side(found, Kind.SAME, Kind.GONE) == without_space(old)
    assert side(found, Kind.SAME, Kind.NEW) == without_space(new)
