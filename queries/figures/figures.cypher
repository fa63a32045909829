// Which amounts and numbers are stated about something?
MATCH (source:Entity)-[r]->(target:Entity)
WHERE (r.amount IS NOT NULL OR r.amount_usd IS NOT NULL OR r.count IS NOT NULL OR r.share IS NOT NULL)
  AND ($about IS NULL OR source.iri = $about OR target.iri = $about)
  AND ($include_proposed OR coalesce(r.status, '') <> 'proposed')
  AND ($until IS NULL OR coalesce(r.valid_from, r.valid_to) <= $until)
  AND ($from IS NULL OR coalesce(r.valid_to, CASE WHEN r.valid_from IS NOT NULL AND r.status = 'ongoing' THEN '9999'
    ELSE r.valid_from END) + '~' >= $from)
UNWIND range(0, size(r.documents) - 1) AS i
RETURN DISTINCT source.iri AS source, target.iri AS target, r.amount AS amount, r.currency AS currency,
  r.amount_usd AS amount_usd, r.count AS number, r.unit AS unit, r.share AS share, r.frequency AS frequency,
  r.in_place AS area, r.on_topic AS topic, r.through_fund AS through_fund, r.relation AS relation, r.role AS role, r.status AS
  status, r.valid_from AS valid_from, r.valid_to AS valid_to, r.documents[i] AS document, r.locators[i] AS
  locator, r.certainties[i] AS certainty, r.iri AS link
