"""The contrast of the theme's colours, and the table in docs/design.md that says it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
THEME = (ROOT / "lti_tool" / "web" / "static" / "theme.css").read_text("utf-8")
TEXT, EDGE = 4.5, 3.0
ROW = re.compile(r"^\| `(--[a-z-]+)` \| `(--[a-z-]+)` \| ([0-9.]+) \| ([0-9.]+) \|", re.MULTILINE)
ROWS = ROW.findall((ROOT / "docs" / "design.md").read_text("utf-8"))


def tokens(theme: str) -> dict[str, str]:
    """Return the colours of a theme by name."""
    (block,) = re.findall(r'^(?::root, )?\[data-bs-theme="' + theme + r'"\] \{\n(.*?)^\}', THEME, re.MULTILINE | re.DOTALL)
    return dict(re.findall(r"(--[a-z0-9-]+): (#[0-9a-f]{6});", block))


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2, relative luminance)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_black_on_white_is_what_the_guideline_says() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


@pytest.mark.parametrize(("text", "ground", "light", "dark"), ROWS, ids=[row[0] for row in ROWS])
def test_text_is_readable_in_both_themes_and_the_table_says_by_how_much(
    text: str, ground: str, light: str, dark: str
) -> None:
    for theme, said in (("light", light), ("dark", dark)):
        found = contrast(tokens(theme)[text], tokens(theme)[ground])
        assert found >= TEXT, theme
        assert float(said) == pytest.approx(found, abs=0.06), theme


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["--bs-body-bg", "--icc-paper", "--icc-sand"])
def test_edges_of_controls_and_the_focus_are_seen_on_every_ground(theme: str, ground: str) -> None:
    known = tokens(theme)
    assert contrast(known["--icc-control"], known[ground]) >= EDGE
    assert contrast(known["--icc-focus"], known[ground]) >= EDGE


def test_every_state_has_its_row() -> None:
    tones = set(re.findall(r"--icc-([a-z]+)-bg:", THEME))
    assert tones <= {text.removeprefix("--icc-") for text, ground, _light, _dark in ROWS if ground == f"{text}-bg"}
