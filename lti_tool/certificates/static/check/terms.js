// Made by python -m lti_tool.certificates.terms from the contexts that a certificate is signed under.
export const CONTEXTS = [
  "https://www.w3.org/ns/credentials/v2",
  "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
  "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
];

// Every member that they define.
export const TERMS = [
  "...", "1EdTechCredentialRefresh", "1EdTechJsonSchemaValidator2019", "1EdTechRevocationList", "Achievement",
  "AchievementCredential", "AchievementSubject", "Address", "Alignment", "BitstringStatusList",
  "BitstringStatusListCredential", "BitstringStatusListEntry", "Criteria", "DataIntegrityProof",
  "EndorsementCredential", "EndorsementSubject", "EnvelopedVerifiableCredential", "EnvelopedVerifiablePresentation",
  "Evidence", "GeoCoordinates", "IdentifierEntry", "IdentityObject", "Image", "JsonSchema", "JsonSchemaCredential",
  "OpenBadgeCredential", "Profile", "Related", "Result", "ResultDescription", "RubricCriterionLevel",
  "VerifiableCredential", "VerifiablePresentation", "_sd", "_sd_alg", "achievedLevel", "achievement", "achievementType",
  "activityEndDate", "activityStartDate", "additionalName", "address", "addressCountry", "addressCountryCode",
  "addressLocality", "addressRegion", "alignment", "allowedValue", "assertionMethod", "aud", "audience",
  "authentication", "awardedDate", "capabilityDelegation", "capabilityInvocation", "caption", "challenge", "cnf",
  "confidenceMethod", "created", "creator", "credentialSchema", "credentialStatus", "credentialSubject",
  "creditsAvailable", "creditsEarned", "criteria", "cryptosuite", "dateOfBirth", "description", "digestMultibase",
  "digestSRI", "domain", "email", "encodedList", "endorsement", "endorsementComment", "endorsementJwt", "evidence",
  "exp", "expires", "familyName", "familyNamePrefix", "fieldOfStudy", "genre", "geo", "givenName", "hashed", "holder",
  "honorificPrefix", "honorificSuffix", "humanCode", "iat", "id", "identifier", "identifierType", "identityHash",
  "identityType", "image", "inLanguage", "iss", "issuer", "jku", "jsonSchema", "jti", "jwk", "keyAgreement", "kid",
  "latitude", "level", "licenseNumber", "longitude", "mediaType", "message", "name", "narrative", "nbf", "nonce",
  "official", "otherIdentifier", "parentOrg", "patronymicName", "phone", "points", "postOfficeBoxNumber", "postalCode",
  "previousProof", "proof", "proofPurpose", "proofValue", "refreshService", "related", "relatedResource",
  "renderMethod", "requiredLevel", "requiredValue", "result", "resultDescription", "resultType", "role",
  "rubricCriterionLevel", "salt", "source", "specialization", "status", "statusListCredential", "statusListIndex",
  "statusMessage", "statusPurpose", "statusReference", "statusSize", "streetAddress", "sub", "tag", "targetCode",
  "targetDescription", "targetFramework", "targetName", "targetType", "targetUrl", "term", "termsOfUse", "ttl", "type",
  "url", "validFrom", "validUntil", "value", "valueMax", "valueMin", "verifiableCredential", "verificationMethod",
  "version", "x5u",
];
