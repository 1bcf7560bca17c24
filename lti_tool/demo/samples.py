"""Sample work that the walk hands in."""

import typst

_PLAN = """
#set document(title: "Beleidsplan cultuur")
#set page(paper: "a4", margin: 3cm)
= Beleidsplan cultuur, Zilverbos College

Doel: leerlingen van vmbo-t 2 maken elk jaar een voorstelling met een maker uit Oosterwaard.

Wie doet wat: geschiedenis trekt, Nederlands en mens en maatschappij werken mee.

Geld en tijd: Cultuurkaart en twaalf taakuren. Eerste stap: de projectweek van maart.
"""


def plan_pdf() -> bytes:
    """Return a small policy plan as PDF."""
    made = typst.compile(_PLAN.encode(), format="pdf")
    if not isinstance(made, bytes):
        raise TypeError("typst returned no document")
    return made
