// Who offers, gives or proposes what?
MATCH (provider:Entity)-[r:OFFERS|PROVIDES|PROPOSES]->(thing:Entity)
WHERE ($only IS NULL OR r.relation = $only)
  AND ($by IS NULL OR provider.iri = $by)
  AND ($topic IS NULL OR thing.iri = $topic OR EXISTS { MATCH (thing)-[about:CONCERNS]->(topic:Entity {iri: $topic})
    WHERE coalesce(about.status, '') <> 'proposed' })
  AND ($in IS NULL OR $in IN r.documents)
  AND ($class IS NULL OR $class IN labels(thing))
  AND ($include_proposed OR coalesce(r.status, '') <> 'proposed')
  AND ($until IS NULL OR coalesce(r.valid_from, r.valid_to) <= $until)
  AND ($from IS NULL OR coalesce(r.valid_to, CASE WHEN r.valid_from IS NOT NULL AND r.status = 'ongoing' THEN '9999'
    ELSE r.valid_from END) + '~' >= $from)
UNWIND range(0, size(r.documents) - 1) AS i
RETURN DISTINCT provider.iri AS provider, thing.iri AS thing, r.relation AS relation, r.role AS role, r.status
  AS status, r.valid_from AS valid_from, r.valid_to AS valid_to, r.documents[i] AS document, r.locators[i] AS
  locator, r.certainties[i] AS certainty, r.iri AS link
