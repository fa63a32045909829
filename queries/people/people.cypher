// Who chairs, heads or leads a body and its sessions?
MATCH p = (thing:Entity)-[:PART_OF|SUBSIDIARY_OF*0..6]->(body:Entity {iri: $body})
WHERE all(x IN relationships(p) WHERE coalesce(x.status, '') <> 'proposed')
WITH DISTINCT thing
MATCH (person:Entity)-[r:CHAIRS|VICE_CHAIRS|HEADS|LEADS]->(thing)
WHERE ($only IS NULL OR r.relation = $only)
  AND ($include_proposed OR coalesce(r.status, '') <> 'proposed')
  AND ($until IS NULL OR coalesce(r.valid_from, r.valid_to) <= $until)
  AND ($from IS NULL OR coalesce(r.valid_to, CASE WHEN r.valid_from IS NOT NULL AND r.status = 'ongoing' THEN '9999'
    ELSE r.valid_from END) + '~' >= $from)
UNWIND range(0, size(r.documents) - 1) AS i
RETURN DISTINCT person.iri AS person, thing.iri AS thing, r.relation AS relation, r.role AS role, r.status AS
  status, r.valid_from AS valid_from, r.valid_to AS valid_to, r.documents[i] AS document, r.locators[i] AS
  locator, r.certainties[i] AS certainty, r.iri AS link
