"""Training files for the tests: the built-in one as data, a small one as text, and how to walk and change them."""

import copy
import tomllib
from collections.abc import Callable, Iterator
from importlib import resources
from typing import Any

Path = tuple[str | int, ...]
"""Where something stands in a document: names of keys, and places in lists from 0."""

BUILT_IN: dict[str, Any] = tomllib.loads((resources.files("mappings.trainings") / "icc_vo.toml").read_text("utf-8"))

SMALL = """
[training]
key = "muziek-po"
version = 3
languages = ["nl", "en"]
hours = 12
contact_hours = 4
name = { nl = "Muziek in de klas", en = "Music in class" }
subtitle = { nl = "Voor groep 1 tot 8", en = "For ages 4 to 12" }
summary = { nl = "Je leert zingen met een groep.", en = "You learn to sing with a group." }
for_whom = { nl = "Voor leerkrachten.", en = "For teachers." }
what_you_need = { nl = "Een lokaal.", en = "A room." }
start = { nl = "Je begint met een gesprek.", en = "You start with a talk." }
agreements = { nl = "Wij delen niets zonder jou.", en = "We share nothing without you." }

[[phase]]
key = "leren"
order = 1
name = { nl = "Leren", en = "Learning" }
question = { nl = "Wat kan ik al?", en = "What can I do already?" }
purpose = { nl = "Je oefent.", en = "You practise." }
duration = { nl = "4 weken", en = "4 weeks" }
contact_hours = 4
own_hours = 3
result = { nl = "Een lied.", en = "A song." }
assignments = ["lied", "luisteren"]

[[phase]]
key = "doen"
order = 2
name = { nl = "Doen", en = "Doing" }
question = { nl = "Hoe klinkt het?", en = "How does it sound?" }
purpose = { nl = "Je geeft een les.", en = "You give a lesson." }
duration = { nl = "2 weken", en = "2 weeks" }
contact_hours = 0
own_hours = 5
result = { nl = "Een les.", en = "A lesson." }
assignments = ["les"]

[hand_in_defaults]
file_kinds = ["pdf", "png"]
file_max_mb = 10

[[assignment]]
key = "lied"
phase = "leren"
order = 1
required = true
hours = 2
aspects = []
title = { nl = "Een lied", en = "A song" }
goal = { nl = "Je kiest een lied.", en = "You choose a song." }
why = { nl = "Omdat zingen helpt.", en = "Because singing helps." }
steps = [{ nl = "Kies.", en = "Choose." }]
tips = []
questions = []
criterion = [{ key = "keuze", text = { nl = "Je kiest.", en = "You choose." } }]
return_reason = []
example = { nl = "Vader Jacob.", en = "Frère Jacques." }

[assignment.hand_in]
text = "required"
text_words = [50, 100]
files = "none"
link = "none"
explanation = { nl = "Een tekst.", en = "A text." }

[[assignment]]
key = "luisteren"
phase = "leren"
order = 2
required = false
hours = 1
aspects = []
title = { nl = "Luisteren", en = "Listening" }
goal = { nl = "Je luistert.", en = "You listen." }
why = { nl = "Omdat horen helpt.", en = "Because hearing helps." }
steps = [{ nl = "Luister.", en = "Listen." }]
tips = []
questions = []
criterion = [{ key = "gehoord", text = { nl = "Je hoort.", en = "You hear." } }]
return_reason = []
example = { nl = "Een opname.", en = "A recording." }

[assignment.hand_in]
text = "none"
files = "none"
link = "required"
explanation = { nl = "Een link.", en = "A link." }

[[assignment]]
key = "les"
phase = "doen"
order = 3
required = true
hours = 5
aspects = []
title = { nl = "Een les", en = "A lesson" }
goal = { nl = "Je geeft een les.", en = "You give a lesson." }
why = { nl = "Omdat doen leert.", en = "Because doing teaches." }
steps = [{ nl = "Geef de les.", en = "Give the lesson." }]
tips = []
questions = []
criterion = [{ key = "gegeven", text = { nl = "Je gaf de les.", en = "You gave the lesson." } }]
return_reason = [
  { key = "kort", label = { nl = "Kort", en = "Short" }, feedback = { nl = "Schrijf meer.", en = "Write more." } },
]
example = { nl = "Een lesplan.", en = "A lesson plan." }

[assignment.hand_in]
text = "optional"
text_words = [0, 300]
files = "required"
files_max = 1
file_max_mb = 25
link = "none"
explanation = { nl = "Een bestand.", en = "A file." }

[award]
rule = "all_required_accepted"
assignments = ["lied", "les"]
needs_confirmed_name = true
mode = "automatic"
contact_hours_minimum = 4
contact_hours_count = false
self_assessment_counts = false
text = { nl = "Als alles akkoord is.", en = "Once all is accepted." }
name_question = { nl = "Hoe heet je?", en = "What is your name?" }
waiting_for_name = { nl = "Bevestig je naam.", en = "Confirm your name." }
congratulations = { nl = "Gefeliciteerd!", en = "Congratulations!" }

[achievement]
key = "muziek-po"
version = 1
human_code = "MUZ-PO"
type = "ext:Muziekbewijs"
hours = 12
tags = { nl = ["muziek"], en = ["music", "singing"] }
name = { nl = "Muziek in de klas", en = "Music in class" }
short = { nl = "Gaf een muziekles.", en = "Gave a music lesson." }
description = { nl = "Gaf een muziekles.", en = "Gave a music lesson." }
criteria = { nl = "Twee opdrachten.", en = "Two assignments." }
result = [
  { key = "leren", name = { nl = "Leren", en = "Learning" }, evidence = { nl = "Een lied.", en = "A song." } },
  { key = "doen", name = { nl = "Doen", en = "Doing" }, evidence = { nl = "Een les.", en = "A lesson." } },
]

[certificate]
heading = { nl = "Bewijs", en = "Proof" }
line_name = { nl = "{name}", en = "{name}" }
line_body = { nl = "gaf een muziekles", en = "gave a music lesson" }
line_period = { nl = "van {start} tot {end}", en = "from {start} to {end}" }
line_edition = { nl = "editie {edition}", en = "edition {edition}" }
line_award = { nl = "Toegekend door {issuer} op {date}", en = "Awarded by {issuer} on {date}" }
line_verify = { nl = "Controleer op {url}", en = "Verify at {url}" }
line_seal = { nl = "Verzegeld", en = "Sealed" }
line_phases = { nl = "Leren en doen", en = "Learning and doing" }
file_name = { nl = "bewijs-muziek", en = "proof-music" }
says = [{ nl = "Dat er een les was.", en = "That there was a lesson." }]
does_not_say = []
portfolio = { nl = "Bewaar het.", en = "Keep it." }
validity = { nl = "Verloopt niet.", en = "Does not expire." }
"""


def paths_of_keys(document: object, path: Path = ()) -> Iterator[Path]:
    """Yield the path of every key, in tables at any depth."""
    if isinstance(document, dict):
        for name, value in document.items():
            yield (*path, name)
            yield from paths_of_keys(value, (*path, name))
    elif isinstance(document, list):
        for place, value in enumerate(document):
            yield from paths_of_keys(value, (*path, place))


def without(document: dict[str, Any], path: Path) -> dict[str, Any]:
    """Return the document without the key at that path."""
    return _changed(document, path, lambda holder: holder.pop(path[-1]))


def renamed(document: dict[str, Any], path: Path, name: str) -> dict[str, Any]:
    """Return the document with another name for the key at that path."""

    def rename(holder: dict[Any, Any]) -> None:
        holder[name] = holder.pop(path[-1])

    return _changed(document, path, rename)


def having(document: dict[str, Any], path: Path, value: object) -> dict[str, Any]:
    """Return the document with another value at that path."""

    def put(holder: dict[Any, Any]) -> None:
        holder[path[-1]] = value

    return _changed(document, path, put)


def _changed(document: dict[str, Any], path: Path, change: Callable[[dict[Any, Any]], object]) -> dict[str, Any]:
    """Return the document changed at one place; all that lies beside the path is shared."""
    result = copy.copy(document)
    holder: dict[Any, Any] = result
    for step in path[:-1]:
        holder[step] = copy.copy(holder[step])
        holder = holder[step]
    change(holder)
    return result
