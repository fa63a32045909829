// Who adopted what, and what does it do?
MATCH (body:Entity)-[r:ADOPTS]->(decision:Entity)
OPTIONAL MATCH (decision)-[does:CONCERNS|MANDATES|COVERS|PRECEDES]->(content:Entity)
WITH body, r, decision, does, content
WHERE ($by IS NULL OR body.iri = $by)
  AND ($about IS NULL OR content.iri = $about OR decision.iri = $about)
  AND ($class IS NULL OR $class IN labels(decision))
  AND ($include_proposed OR coalesce(r.status, '') <> 'proposed')
  AND ($until IS NULL OR coalesce(r.valid_from, r.valid_to) <= $until)
  AND ($from IS NULL OR coalesce(r.valid_to, CASE WHEN r.valid_from IS NOT NULL AND r.status = 'ongoing' THEN '9999'
    ELSE r.valid_from END) + '~' >= $from)
UNWIND range(0, size(r.documents) - 1) AS i
RETURN DISTINCT body.iri AS body, decision.iri AS decision, does.relation AS content_relation, content.iri AS
  content, r.relation AS relation, r.role AS role, r.status AS status, r.valid_from AS valid_from, r.valid_to
  AS valid_to, r.documents[i] AS document, r.locators[i] AS locator, r.certainties[i] AS certainty, r.iri AS
  link
