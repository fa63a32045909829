// Which countries, regions and bodies does something cover, and how many?
MATCH (covered:Entity)-[r:COVERS|PARTICIPATES_IN|MEMBER_OF|BENEFICIARY_OF]-(thing:Entity {iri: $thing})
WHERE ((r.relation = 'covers' AND startNode(r).iri = $thing) OR (r.relation <> 'covers' AND endNode(r).iri = $thing
  AND r.count IS NOT NULL))
  AND ($include_proposed OR coalesce(r.status, '') <> 'proposed')
  AND ($until IS NULL OR coalesce(r.valid_from, r.valid_to) <= $until)
  AND ($from IS NULL OR coalesce(r.valid_to, CASE WHEN r.valid_from IS NOT NULL AND r.status = 'ongoing' THEN '9999'
    ELSE r.valid_from END) + '~' >= $from)
UNWIND range(0, size(r.documents) - 1) AS i
RETURN DISTINCT covered.iri AS covered, r.count AS number, r.unit AS unit, r.relation AS relation, r.role AS
  role, r.status AS status, r.valid_from AS valid_from, r.valid_to AS valid_to, r.documents[i] AS document,
  r.locators[i] AS locator, r.certainties[i] AS certainty, r.iri AS link
