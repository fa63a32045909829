// Who gave which task to whom?
MATCH (mandating:Entity)-[r:MANDATES]->(mandated:Entity)
WHERE ($to IS NULL OR mandated.iri = $to)
  AND ($by IS NULL OR mandating.iri = $by)
  AND ($include_proposed OR coalesce(r.status, '') <> 'proposed')
  AND ($until IS NULL OR coalesce(r.valid_from, r.valid_to) <= $until)
  AND ($from IS NULL OR coalesce(r.valid_to, CASE WHEN r.valid_from IS NOT NULL AND r.status = 'ongoing' THEN '9999'
    ELSE r.valid_from END) + '~' >= $from)
UNWIND range(0, size(r.documents) - 1) AS i
RETURN DISTINCT mandating.iri AS mandating, mandated.iri AS mandated, r.relation AS relation, r.role AS role,
  r.status AS status, r.valid_from AS valid_from, r.valid_to AS valid_to, r.documents[i] AS document,
  r.locators[i] AS locator, r.certainties[i] AS certainty, r.iri AS link
