"""What operations ask: does the process answer, does the database, and some counters."""

from datetime import datetime

from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from lti_tool.certificates.models import Award, AwardState, Certificate
from lti_tool.clock import Clock
