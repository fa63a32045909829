// What has a party proposed, asked for, offered, given or adopted?
MATCH (party:Entity {iri: $party})-[r:PROPOSES|REQUESTS|OFFERS|PROVIDES|ADOPTS|CONTRIBUTES_TO]->(thing:Entity)
WHERE ($only IS NULL OR r.relation = $only)
  AND ($include_proposed OR coalesce(r.status, '') <> 'proposed')
  AND ($until IS NULL OR coalesce(r.valid_from, r.valid_to) <= $until)
  AND ($from IS NULL OR coalesce(r.valid_to, CASE WHEN r.valid_from IS NOT NULL AND r.status = 'ongoing' THEN '9999'
    ELSE r.valid_from END) + '~' >= $from)
UNWIND range(0, size(r.documents) - 1) AS i
RETURN DISTINCT thing.iri AS thing, r.amount AS amount, r.currency AS currency, r.relation AS relation, r.role
  AS role, r.status AS status, r.valid_from AS valid_from, r.valid_to AS valid_to, r.documents[i] AS document,
  r.locators[i] AS locator, r.certainties[i] AS certainty, r.iri AS link
