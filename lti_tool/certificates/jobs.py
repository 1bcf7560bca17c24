"""Issuing a certificate: freeze, sign, keep, exactly once an award.

The facts are read in one transaction and the result is kept in another, so that signing holds no lock; two workers
that issue the same award meet at the unique award id, and one of them keeps nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lti_tool.certificates.awards import LEASE
from lti_tool.certificates.credential import build_credential
from lti_tool.certificates.freezing import RuleBroken, freeze
from lti_tool.certificates.key_store import IssuerKeyStore
from lti_tool.certificates.models import Award, AwardState, Certificate, StatusList
from lti_tool.certificates.pdf import check_printable
from lti_tool.certificates.problems import CertificateProblem, NameNotPrintable
from lti_tool.certificates.proofs import sign_credential
from lti_tool.certificates.snapshot import Snapshot
from lti_tool.certificates.status import StatusEntry, random_index
from lti_tool.clock import Clock
from lti_tool.config import Settings
from lti_tool.courses.models import Person
from lti_tool.courses.upsert import insert_unless_there
from lti_tool.database import Database
from lti_tool.ids import new_id
from mappings.training import Training

STATUS_LIST = 1

log = structlog.get_logger(__name__)
