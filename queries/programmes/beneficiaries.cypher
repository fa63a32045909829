// Who benefits from what?
MATCH (beneficiary:Entity)-[r:BENEFICIARY_OF]->(thing:Entity)
WHERE ($who IS NULL OR beneficiary.iri = $who)
  AND ($of IS NULL OR thing.iri = $of)
  AND ($include_proposed OR coalesce(r.status, '') <> 'proposed')
  AND ($until IS NULL OR coalesce(r.valid_from, r.valid_to) <= $until)
  AND ($from IS NULL OR coalesce(r.valid_to, CASE WHEN r.valid_from IS NOT NULL AND r.status = 'ongoing' THEN '9999'
    ELSE r.valid_from END) + '~' >= $from)
UNWIND range(0, size(r.documents) - 1) AS i
RETURN DISTINCT beneficiary.iri AS beneficiary, thing.iri AS thing, r.count AS number, r.unit AS unit,
  r.relation AS relation, r.role AS role, r.status AS status, r.valid_from AS valid_from, r.valid_to AS
  valid_to, r.documents[i] AS document, r.locators[i] AS locator, r.certainties[i] AS certainty, r.iri AS link
