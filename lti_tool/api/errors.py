"""What can go wrong with a request to the API; all are answered as problem details (RFC 9457).

::

    Refused
    ├── NoToken          no token, or none that is known, valid and not revoked     (whoever made the client)
    ├── ScopeMissing     the token does not reach so far                            (whoever made the client)
    ├── KeyInUse         the first request with this idempotency key is under way   (the client)
    └── Invalid
        ├── BadRequestBody   what was sent is not as the document says              (the client)
        └── KeyReused        an idempotency key that came with another request      (the client)
"""

from flask_babel import lazy_gettext as _l

from lti_tool.errors import Invalid, Refused

_CLIENT = _l("Wie het systeem beheert dat dit vroeg, kan dit oplossen.")


class NoToken(Refused):
    """No token, or none that counts: the cases are not told apart."""

    code = "A-TOKEN"
    status = 401
    title = _l("Zonder geldig token geeft de API niets")
    explanation = _l("Er kwam geen token mee, of het is onbekend, verlopen of ingetrokken.")
    who = _CLIENT
    steps = (_l("Stuur het token mee als “Authorization: Bearer …”, of laat een nieuw token maken."),)


class ScopeMissing(Refused):
    """The token does not reach so far."""

    code = "A-SCOPE"
    status = 403
    title = _l("Dit token mag dit niet")
    explanation = _l("Het token heeft een ander bereik dan wat dit verzoek nodig heeft.")
    who = _CLIENT
    steps = (_l("Laat een token maken met het bereik dat in de documentatie staat."),)


class KeyInUse(Refused):
    """The first request with this idempotency key is still being worked on."""

    code = "A-KEY-IN-USE"
    status = 409
    title = _l("Dit verzoek is nog bezig")
    explanation = _l("Een eerder verzoek met dezelfde Idempotency-Key is nog niet klaar.")
    who = _CLIENT
    steps = (_l("Wacht even en stuur hetzelfde verzoek opnieuw."),)


class BadRequestBody(Invalid):
    """What was sent is not as the document says; nothing was changed."""

    code = "A-REQUEST"
    title = _l("Dit verzoek klopt niet")
    who = _CLIENT
    steps = (_l("Vergelijk het verzoek met /api/v1/openapi.json."),)


class NotJson(BadRequestBody):
    """A body of another kind than JSON."""

    code = "A-NOT-JSON"
    status = 415
    explanation = _l("De inhoud van het verzoek moet JSON zijn, met Content-Type application/json.")


class KeyReused(Invalid):
    """An idempotency key that came with another request before."""

    code = "A-KEY-REUSED"
    title = _l("Deze Idempotency-Key hoort bij een ander verzoek")
    explanation = _l("Met deze sleutel kwam eerder een ander verzoek. Er is niets veranderd.")
    who = _CLIENT
    steps = (_l("Gebruik voor elk verzoek een nieuwe sleutel."),)
