// Which events are held in a place?
MATCH p = (spot:Entity)-[:LOCATED_IN|PART_OF*0..6]->(place:Entity {iri: $place})
WHERE all(x IN relationships(p) WHERE coalesce(x.status, '') <> 'proposed')
WITH collect(DISTINCT spot.iri) AS spots
MATCH (a:Entity)-[r]->(b:Entity)
WITH a, r, b, spots,
  CASE WHEN r.relation = 'heldIn' AND b.iri IN spots THEN b.iri WHEN r.relation = 'hosts' AND a.iri IN spots THEN a.iri
    WHEN r.in_place IN spots THEN r.in_place END AS location
WHERE location IS NOT NULL
UNWIND [a, b] AS event
WITH event, r, location
WHERE 'Event' IN labels(event)
  AND ($include_proposed OR coalesce(r.status, '') <> 'proposed')
  AND ($until IS NULL OR coalesce(CASE WHEN r.valid_from IS NULL AND r.valid_to IS NULL THEN event.valid_from ELSE
    r.valid_from END, CASE WHEN r.valid_from IS NULL AND r.valid_to IS NULL THEN event.valid_to ELSE r.valid_to END)
    <= $until)
  AND ($from IS NULL OR coalesce(CASE WHEN r.valid_from IS NULL AND r.valid_to IS NULL THEN event.valid_to ELSE
    r.valid_to END, CASE WHEN CASE WHEN r.valid_from IS NULL AND r.valid_to IS NULL THEN event.valid_from ELSE
    r.valid_from END IS NOT NULL AND r.status = 'ongoing' THEN '9999' ELSE CASE WHEN r.valid_from IS NULL AND
    r.valid_to IS NULL THEN event.valid_from ELSE r.valid_from END END) + '~' >= $from)
UNWIND range(0, size(r.documents) - 1) AS i
RETURN DISTINCT event.iri AS event, location AS location, r.relation AS relation, r.role AS role, r.status AS
  status, CASE WHEN r.valid_from IS NULL AND r.valid_to IS NULL THEN event.valid_from ELSE r.valid_from END AS
  valid_from, CASE WHEN r.valid_from IS NULL AND r.valid_to IS NULL THEN event.valid_to ELSE r.valid_to END AS
  valid_to, r.documents[i] AS document, r.locators[i] AS locator, r.certainties[i] AS certainty, r.iri AS link
