// Who are the members, parties, observers and participants of a body or event?
MATCH (member:Entity)-[r:MEMBER_OF|OBSERVER_OF|PARTY_TO|PARTICIPATES_IN]->(body:Entity {iri: $body})
WHERE ($only IS NULL OR r.relation = $only)
  AND ($class IS NULL OR $class IN labels(member))
  AND ($include_proposed OR coalesce(r.status, '') <> 'proposed')
  AND ($until IS NULL OR coalesce(r.valid_from, r.valid_to) <= $until)
  AND ($from IS NULL OR coalesce(r.valid_to, CASE WHEN r.valid_from IS NOT NULL AND r.status = 'ongoing' THEN '9999'
    ELSE r.valid_from END) + '~' >= $from)
UNWIND range(0, size(r.documents) - 1) AS i
RETURN DISTINCT member.iri AS member, r.count AS number, r.unit AS unit, r.relation AS relation, r.role AS
  role, r.status AS status, r.valid_from AS valid_from, r.valid_to AS valid_to, r.documents[i] AS document,
  r.locators[i] AS locator, r.certainties[i] AS certainty, r.iri AS link
