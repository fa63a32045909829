// Which events take place in a given time?
MATCH (event:Event)
OPTIONAL MATCH (event)-[h:HELD_IN]->(location:Entity) WHERE coalesce(h.status, '') <> 'proposed'
WITH event AS r, location
WHERE ($with_status IS NULL OR r.status = $with_status)
  AND ($until IS NULL OR coalesce(r.valid_from, r.valid_to) <= $until)
  AND ($from IS NULL OR coalesce(r.valid_to, CASE WHEN r.valid_from IS NOT NULL AND r.status = 'ongoing' THEN '9999'
    ELSE r.valid_from END) + '~' >= $from)
UNWIND range(0, size(r.documents) - 1) AS i
RETURN DISTINCT r.iri AS event, location.iri AS location, r.valid_from AS valid_from, r.valid_to AS valid_to,
  r.status AS status, r.documents[i] AS document, r.locators[i] AS locator
