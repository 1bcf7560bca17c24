"""Each learning environment's facts as data: one TOML file a family; `generic` holds what is safe with an unknown one.

Each fact in the files says where it is from: *measured* (a real one answered so), *documented* (by its supplier, or in
its published source), *background* (said in public by who uses it), *not checked* (the careful choice).
"""

from mappings.platforms.loading import families, load_profiles, profile_for, profile_from
from mappings.platforms.profile import (
    GENERIC,
    ISSUER,
    TOKEN_URL,
    Addresses,
    Advice,
    AnswerMeaning,
    Completion,
    FormField,
    PlatformProfile,
    Reader,
    Registering,
    Signal,
)

__all__ = [
    "GENERIC",
    "ISSUER",
    "TOKEN_URL",
    "Addresses",
    "Advice",
    "AnswerMeaning",
    "Completion",
    "FormField",
    "PlatformProfile",
    "Reader",
    "Registering",
    "Signal",
    "families",
    "load_profiles",
    "profile_for",
    "profile_from",
]
