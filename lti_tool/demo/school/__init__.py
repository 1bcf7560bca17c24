"""The demo school: a small school learning environment, and the strict LTI platform of all tests.

It is the other side of the wire: it imports nothing else of this project, enforces every rule of LTI 1.3 Advantage
as well as the habits of one learning environment (Moodle 4.5 unless told otherwise: ``personalities``), and can misbehave on
demand. ``SchoolServer`` runs it, ``School`` is its state.
"""

from .faults import FaultKind, Service
from .keys import KeyRing, SigningKey
from .launches import AuthAnswer, AuthRefused
from .models import CompletionRule, DeepLinkingOptions, Grade, Link, Person, Registration, Role, ToolState
from .personalities import PERSONALITIES
from .personality import Personality
from .server import PortTaken, SchoolServer
from .state import School
from .storage import Answers, StorageOptions, Subjects

__all__ = [
    "PERSONALITIES",
    "Answers",
    "AuthAnswer",
    "AuthRefused",
    "CompletionRule",
    "DeepLinkingOptions",
    "FaultKind",
    "Grade",
    "KeyRing",
    "Link",
    "Person",
    "Personality",
    "PortTaken",
    "Registration",
    "Role",
    "School",
    "SchoolServer",
    "Service",
    "SigningKey",
    "StorageOptions",
    "Subjects",
    "ToolState",
]
