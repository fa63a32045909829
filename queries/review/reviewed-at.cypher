// What was reviewed at a session, through which item, with what outcome?
MATCH (thing:Entity)-[r:REVIEWED_AT]->(session:Entity {iri: $session})
WHERE ($class IS NULL OR $class IN labels(thing))
  AND ($of IS NULL OR EXISTS { MATCH (thing)-[:PART_OF*0..6]->(whole:Entity {iri: $of}) })
  AND ($include_proposed OR coalesce(r.status, '') <> 'proposed')
UNWIND CASE WHEN r.discussed_in IS NULL THEN [null] ELSE range(0, size(r.discussed_in) - 1) END AS j
UNWIND range(0, size(r.documents) - 1) AS i
RETURN DISTINCT thing.iri AS thing, coalesce(r.via_document, r.at_event) AS item, r.outcome AS outcome, CASE
  WHEN j IS NULL THEN null ELSE r.discussed_in[j] END AS discussed_in, CASE WHEN j IS NULL OR
  r.discussed_locators[j] = '' THEN null ELSE r.discussed_locators[j] END AS discussed_locator, r.relation AS
  relation, r.role AS role, r.status AS status, r.valid_from AS valid_from, r.valid_to AS valid_to,
  r.documents[i] AS document, r.locators[i] AS locator, r.certainties[i] AS certainty, r.iri AS link
