"""What a verified launch says: about people and places, about its platform, and in which role somebody comes."""

from lti_tool.courses.contexts import within
from lti_tool.courses.service import LaunchFacts
from lti_tool.launch.claims import LaunchClaims, MessageType
from lti_tool.platforms.recognition import Shown, family_of
from lti_tool.platforms.service import PlatformInfo
from mappings.platforms import profile_for
from mappings.roles import Role, course_role, is_test_user


def role_of(claims: LaunchClaims) -> Role:
    """Return the role in the course; a test user does not exist and follows no training."""
    return Role.VISITOR if is_test_user(claims.roles) else course_role(claims.roles)


def shown_by(claims: LaunchClaims) -> Shown:
    """Return what a launch says of its platform."""
    product, presentation = claims.tool_platform, claims.presentation
    pages = (presentation.return_url if presentation else None, (claims.deep_linking or {}).get("deep_link_return_url"))
    return Shown(
        product_family_code=product.product_family_code if product else "",
        version=product.version if product else "",
        pages=[page for page in pages if isinstance(page, str) and page],
    )


def facts_of(claims: LaunchClaims, platform: PlatformInfo, role: Role) -> LaunchFacts:
    """Return what a launch teaches about people and places."""
    context, link, grading = claims.context, claims.resource_link, claims.grading
    shows_link = claims.message_type != MessageType.DEEP_LINKING
    return LaunchFacts(
        platform_id=platform.id,
        subject=claims.sub,
        role=role,
        name=claims.full_name or None,
        locale=claims.presentation.locale if claims.presentation else None,
        context_id=_context_name(claims, context.id, platform) if context else None,
        context_title=(context.title or context.label) if context else "",
        resource_link_id=link.id if link and shows_link else None,
        resource_link_title=link.title if link else "",
        offers_grading=grading is not None,
        lineitem_url=grading.lineitem if grading else None,
        lineitems_url=grading.lineitems if grading else None,
        ags_scopes=grading.scope if grading else (),
        memberships_url=claims.memberships.context_memberships_url if claims.memberships else None,
    )


def _context_name(claims: LaunchClaims, context_id: str, platform: PlatformInfo) -> str:
    shared = profile_for(family_of(platform, shown_by(claims))).registering.shared_client
    return within(claims.deployment_id, context_id) if shared else context_id
