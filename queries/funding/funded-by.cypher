// What does someone fund?
MATCH (a:Entity)-[r]->(funded:Entity)
WHERE ((a.iri = $funder AND (r.relation IN ['funds', 'administers'] OR ($include_contributions AND r.relation =
  'contributesTo'))) OR r.through_fund = $funder)
  AND ($include_proposed OR coalesce(r.status, '') <> 'proposed')
  AND ($until IS NULL OR coalesce(r.valid_from, r.valid_to) <= $until)
  AND ($from IS NULL OR coalesce(r.valid_to, CASE WHEN r.valid_from IS NOT NULL AND r.status = 'ongoing' THEN '9999'
    ELSE r.valid_from END) + '~' >= $from)
UNWIND range(0, size(r.documents) - 1) AS i
RETURN DISTINCT funded.iri AS funded, r.through_fund AS through_fund, r.on_topic AS topic, r.amount AS amount, r.currency AS
  currency, r.share AS share, r.relation AS relation, r.role AS role, r.status AS status, r.valid_from AS
  valid_from, r.valid_to AS valid_to, r.documents[i] AS document, r.locators[i] AS locator, r.certainties[i]
  AS certainty, r.iri AS link
