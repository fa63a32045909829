// Who stands behind a programme, project, platform or event?
MATCH (actor:Entity)-[r:IMPLEMENTS|ADMINISTERS|LEADS|HEADS|CHAIRS|CONTRIBUTES_TO|FUNDS|MEMBER_OF|
  PARTICIPATES_IN|ORGANIZES|PROPOSES|MANDATES|ADOPTS|IMPLEMENTED_BY]-(programme:Entity {iri: $programme})
WHERE (r.relation = 'implementedBy') = (startNode(r).iri = $programme)
  AND ($only IS NULL OR r.relation = $only)
  AND ($include_proposed OR coalesce(r.status, '') <> 'proposed')
  AND ($until IS NULL OR coalesce(r.valid_from, r.valid_to) <= $until)
  AND ($from IS NULL OR coalesce(r.valid_to, CASE WHEN r.valid_from IS NOT NULL AND r.status = 'ongoing' THEN '9999'
    ELSE r.valid_from END) + '~' >= $from)
UNWIND range(0, size(r.documents) - 1) AS i
RETURN DISTINCT actor.iri AS actor, r.count AS number, r.unit AS unit, r.relation AS relation, r.role AS role,
  r.status AS status, r.valid_from AS valid_from, r.valid_to AS valid_to, r.documents[i] AS document,
  r.locators[i] AS locator, r.certainties[i] AS certainty, r.iri AS link
