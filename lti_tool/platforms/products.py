"""A platform's product and version in words, as it names them itself (LTI 1.3 core, 5.4.4)."""

from mappings.platforms import GENERIC, profile_for

LONGEST_PRODUCT = 200


def product_of(product_family_code: object, version: object) -> str | None:
    """Return product and version in words, None when the platform does not say: "Moodle 2024100700"."""
    code, number = (value.strip() if isinstance(value, str) else "" for value in (product_family_code, version))
    profile = profile_for(code)
    name = code if profile.family == GENERIC else profile.name
    product = f"{name} {number}".strip()[:LONGEST_PRODUCT]
    return product if name and product.isprintable() else None
