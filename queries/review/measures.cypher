// Where does each measure of a proposal or programme stand?
MATCH (m:Entity)-[carried:IMPLEMENTED_BY]->(done:Entity)
WHERE ($one IS NULL OR m.iri = $one)
  AND ($of IS NULL OR EXISTS { MATCH (m)-[:PART_OF*0..6]->(whole:Entity {iri: $of}) })
OPTIONAL MATCH (done)-[seen:REVIEWED_AT]->(:Entity)
OPTIONAL MATCH (m)-[reviewed:REVIEWED_AT]->(:Entity)
WITH m, done, carried, collect(DISTINCT seen) + collect(DISTINCT reviewed) AS reviews
UNWIND [carried] + reviews AS r
WITH m, done, r, CASE WHEN r.relation = 'implementedBy' THEN null ELSE endNode(r).iri END AS session,
  CASE WHEN r.relation = 'implementedBy' OR startNode(r) = done THEN done.iri ELSE coalesce(r.via_document,
    r.at_event) END AS item_iri
OPTIONAL MATCH (thing:Entity {iri: item_iri})
WITH m.iri AS measure, item_iri AS item, thing, r, session,
  [x IN thing.identifiers WHERE x STARTS WITH 'UNSymbol:' | substring(x, 9)][0] AS symbol
WHERE ($only IS NULL OR r.relation = $only)
  AND (NOT $without_symbol OR (symbol IS NULL AND 'Document' IN labels(thing)))
  AND ($include_proposed OR coalesce(r.status, '') <> 'proposed')
UNWIND CASE WHEN r.discussed_in IS NULL THEN [null] ELSE range(0, size(r.discussed_in) - 1) END AS j
UNWIND range(0, size(r.documents) - 1) AS i
RETURN DISTINCT measure AS measure, item AS item, symbol AS symbol, session AS session, r.outcome AS outcome,
  CASE WHEN j IS NULL THEN null ELSE r.discussed_in[j] END AS discussed_in, CASE WHEN j IS NULL OR
  r.discussed_locators[j] = '' THEN null ELSE r.discussed_locators[j] END AS discussed_locator, r.relation AS
  relation, r.role AS role, r.status AS status, r.valid_from AS valid_from, r.valid_to AS valid_to,
  r.documents[i] AS document, r.locators[i] AS locator, r.certainties[i] AS certainty, r.iri AS link
