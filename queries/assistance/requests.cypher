// Who asks for assistance, for what, and who meets the request?
MATCH (requester:Entity)-[r:REQUESTS]->(thing:Entity)
OPTIONAL MATCH (provider:Entity)-[given:PROVIDES|OFFERS|ORGANIZES|IMPLEMENTS|CONTRIBUTES_TO|PRODUCES|FUNDS]->(thing)
WITH requester, r, thing, provider, given
WHERE ($by IS NULL OR requester.iri = $by)
  AND ($to IS NULL OR provider.iri = $to OR thing.iri = $to)
  AND ($topic IS NULL OR thing.iri = $topic OR EXISTS { MATCH (thing)-[about:CONCERNS]->(topic:Entity {iri: $topic})
    WHERE coalesce(about.status, '') <> 'proposed' })
  AND ($class IS NULL OR $class IN labels(requester))
  AND ($include_proposed OR coalesce(r.status, '') <> 'proposed')
  AND ($until IS NULL OR coalesce(r.valid_from, r.valid_to) <= $until)
  AND ($from IS NULL OR coalesce(r.valid_to, CASE WHEN r.valid_from IS NOT NULL AND r.status = 'ongoing' THEN '9999'
    ELSE r.valid_from END) + '~' >= $from)
UNWIND range(0, size(r.documents) - 1) AS i
RETURN DISTINCT requester.iri AS requester, thing.iri AS thing, provider.iri AS provider, given.relation AS
  provision, r.relation AS relation, r.role AS role, r.status AS status, r.valid_from AS valid_from,
  r.valid_to AS valid_to, r.documents[i] AS document, r.locators[i] AS locator, r.certainties[i] AS certainty,
  r.iri AS link
