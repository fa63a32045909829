// With whom does an organization cooperate?
MATCH (org:Entity {iri: $org})-[r:COOPERATES_WITH|CO_ORGANIZES]-(partner:Entity)
WHERE ($with IS NULL OR partner.iri = $with)
  AND ($event IS NULL OR r.at_event = $event)
  AND ($include_proposed OR coalesce(r.status, '') <> 'proposed')
  AND ($until IS NULL OR coalesce(r.valid_from, r.valid_to) <= $until)
  AND ($from IS NULL OR coalesce(r.valid_to, CASE WHEN r.valid_from IS NOT NULL AND r.status = 'ongoing' THEN '9999'
    ELSE r.valid_from END) + '~' >= $from)
UNWIND range(0, size(r.documents) - 1) AS i
RETURN DISTINCT partner.iri AS partner, r.at_event AS at_event, r.in_programme AS in_programme, r.via_document
  AS via_document, r.relation AS relation, r.role AS role, r.status AS status, r.valid_from AS valid_from,
  r.valid_to AS valid_to, r.documents[i] AS document, r.locators[i] AS locator, r.certainties[i] AS certainty,
  r.iri AS link
