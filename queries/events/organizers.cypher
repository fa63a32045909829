// Who organized what, where, when and paid by whom?
MATCH (organizer:Entity)-[r:ORGANIZES]->(event:Entity)
WHERE ($org IS NULL OR EXISTS { MATCH (own:Entity {iri: $org})-[:ORGANIZES]->(event) })
  AND ($topic IS NULL OR EXISTS { MATCH (event)-[:CONCERNS]->(topic:Entity {iri: $topic}) })
OPTIONAL MATCH (event)-[h:HELD_IN]->(held:Entity) WHERE coalesce(h.status, '') <> 'proposed'
OPTIONAL MATCH (fund:Entity)-[f:FUNDS]->(event) WHERE coalesce(f.status, '') <> 'proposed'
WITH event, organizer, r, held, fund
WHERE ($place IS NULL OR EXISTS { MATCH (spot:Entity {iri: coalesce(held.iri,
  r.in_place)})-[:LOCATED_IN|PART_OF*0..6]->(place:Entity {iri: $place}) })
  AND ($include_proposed OR coalesce(r.status, '') <> 'proposed')
  AND ($until IS NULL OR coalesce(CASE WHEN r.valid_from IS NULL AND r.valid_to IS NULL THEN event.valid_from ELSE
    r.valid_from END, CASE WHEN r.valid_from IS NULL AND r.valid_to IS NULL THEN event.valid_to ELSE r.valid_to END)
    <= $until)
  AND ($from IS NULL OR coalesce(CASE WHEN r.valid_from IS NULL AND r.valid_to IS NULL THEN event.valid_to ELSE
    r.valid_to END, CASE WHEN CASE WHEN r.valid_from IS NULL AND r.valid_to IS NULL THEN event.valid_from ELSE
    r.valid_from END IS NOT NULL AND r.status = 'ongoing' THEN '9999' ELSE CASE WHEN r.valid_from IS NULL AND
    r.valid_to IS NULL THEN event.valid_from ELSE r.valid_from END END) + '~' >= $from)
UNWIND range(0, size(r.documents) - 1) AS i
RETURN DISTINCT event.iri AS event, organizer.iri AS organizer, coalesce(held.iri, r.in_place) AS location,
  coalesce(r.through_fund, fund.iri) AS paid_by, r.relation AS relation, r.role AS role, r.status AS status,
  CASE WHEN r.valid_from IS NULL AND r.valid_to IS NULL THEN event.valid_from ELSE r.valid_from END AS
  valid_from, CASE WHEN r.valid_from IS NULL AND r.valid_to IS NULL THEN event.valid_to ELSE r.valid_to END AS
  valid_to, r.documents[i] AS document, r.locators[i] AS locator, r.certainties[i] AS certainty, r.iri AS link
