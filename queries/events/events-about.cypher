// Which events, documents or other things concern a topic?
MATCH (part:Entity)-[r:CONCERNS|COVERS]->(topic:Entity {iri: $topic})
MATCH p = (part)-[:PART_OF*0..6]->(thing:Entity)
WHERE all(x IN relationships(p) WHERE coalesce(x.status, '') <> 'proposed')
  AND ($include_wholes OR thing.iri = part.iri)
WITH part, r, thing
WHERE $class IN labels(thing)
  AND ($include_proposed OR coalesce(r.status, '') <> 'proposed')
  AND ($until IS NULL OR coalesce(CASE WHEN r.valid_from IS NULL AND r.valid_to IS NULL THEN thing.valid_from ELSE
    r.valid_from END, CASE WHEN r.valid_from IS NULL AND r.valid_to IS NULL THEN thing.valid_to ELSE r.valid_to END)
    <= $until)
  AND ($from IS NULL OR coalesce(CASE WHEN r.valid_from IS NULL AND r.valid_to IS NULL THEN thing.valid_to ELSE
    r.valid_to END, CASE WHEN CASE WHEN r.valid_from IS NULL AND r.valid_to IS NULL THEN thing.valid_from ELSE
    r.valid_from END IS NOT NULL AND r.status = 'ongoing' THEN '9999' ELSE CASE WHEN r.valid_from IS NULL AND
    r.valid_to IS NULL THEN thing.valid_from ELSE r.valid_from END END) + '~' >= $from)
UNWIND range(0, size(r.documents) - 1) AS i
RETURN DISTINCT thing.iri AS thing, part.iri AS part, r.in_place AS area, r.relation AS relation, r.role AS
  role, r.status AS status, CASE WHEN r.valid_from IS NULL AND r.valid_to IS NULL THEN thing.valid_from ELSE
  r.valid_from END AS valid_from, CASE WHEN r.valid_from IS NULL AND r.valid_to IS NULL THEN thing.valid_to
  ELSE r.valid_to END AS valid_to, r.documents[i] AS document, r.locators[i] AS locator, r.certainties[i] AS
  certainty, r.iri AS link
