// Of what is something a part, and what are its parts?
MATCH (thing:Entity {iri: $thing})-[r:PART_OF|SUBSIDIARY_OF]-(:Entity)
WITH r, startNode(r) AS part, endNode(r) AS whole
WHERE ($include_proposed OR coalesce(r.status, '') <> 'proposed')
UNWIND range(0, size(r.documents) - 1) AS i
RETURN DISTINCT part.iri AS part, whole.iri AS whole, r.relation AS relation, r.role AS role, r.status AS
  status, r.valid_from AS valid_from, r.valid_to AS valid_to, r.documents[i] AS document, r.locators[i] AS
  locator, r.certainties[i] AS certainty, r.iri AS link
