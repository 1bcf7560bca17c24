"""All models in one place, for Alembic and for tests that compare models and revisions."""

import lti_tool.api.models
import lti_tool.audit
import lti_tool.certificates.models
import lti_tool.courses.models
import lti_tool.exchange.models
import lti_tool.jobs.models
import lti_tool.launch.models
import lti_tool.limited
import lti_tool.linking.models
import lti_tool.moodle.models
import lti_tool.notices.models
import lti_tool.platforms.models
import lti_tool.privacy.models
import lti_tool.signin.models
import lti_tool.sync.models
import lti_tool.tally
import lti_tool.training.models  # noqa: F401  # imported for their tables
from lti_tool.database import Base

metadata = Base.metadata
