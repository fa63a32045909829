// Who provides, runs or proposes platforms, and what do they cover?
MATCH (platform:Platform)-[r]-(other:Entity)
WHERE ($one IS NULL OR platform.iri = $one)
  AND ($by IS NULL OR EXISTS { MATCH (giver:Entity {iri: $by})-[]->(platform) } OR EXISTS { MATCH
    (platform)-[:PART_OF*0..6]->(owner:Entity {iri: $by}) })
  AND ($topic IS NULL OR EXISTS { MATCH (platform)-[about:CONCERNS|COVERS]->(topic:Entity {iri: $topic}) WHERE
    coalesce(about.status, '') <> 'proposed' })
  AND ($only IS NULL OR r.relation = $only)
  AND ($include_proposed OR coalesce(r.status, '') <> 'proposed')
UNWIND range(0, size(r.documents) - 1) AS i
RETURN DISTINCT platform.iri AS platform, CASE WHEN startNode(r) = platform THEN 'out' ELSE 'in' END AS
  direction, other.iri AS other, r.relation AS relation, r.role AS role, r.status AS status, r.valid_from AS
  valid_from, r.valid_to AS valid_to, r.documents[i] AS document, r.locators[i] AS locator, r.certainties[i]
  AS certainty, r.iri AS link
