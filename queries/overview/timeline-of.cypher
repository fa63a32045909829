// What happened to something, and when?
MATCH (thing:Entity {iri: $thing})-[r]-(other:Entity)
WHERE (r.valid_from IS NOT NULL OR r.valid_to IS NOT NULL OR r.date_note IS NOT NULL)
  AND ($include_proposed OR coalesce(r.status, '') <> 'proposed')
  AND ($until IS NULL OR coalesce(r.valid_from, r.valid_to) <= $until)
  AND ($from IS NULL OR coalesce(r.valid_to, CASE WHEN r.valid_from IS NOT NULL AND r.status = 'ongoing' THEN '9999'
    ELSE r.valid_from END) + '~' >= $from)
UNWIND range(0, size(r.documents) - 1) AS i
RETURN DISTINCT CASE WHEN startNode(r) = thing THEN 'out' ELSE 'in' END AS direction, other.iri AS other,
  r.date_note AS date_note, r.relation AS relation, r.role AS role, r.status AS status, r.valid_from AS
  valid_from, r.valid_to AS valid_to, r.documents[i] AS document, r.locators[i] AS locator, r.certainties[i]
  AS certainty, r.iri AS link
