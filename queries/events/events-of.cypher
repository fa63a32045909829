// In which events does someone have a part, and which?
MATCH (org:Entity {iri: $org})-[r:ORGANIZES|HOSTS|LEADS|CHAIRS|VICE_CHAIRS|ADMINISTERS|IMPLEMENTS|FUNDS|
  CONTRIBUTES_TO|PROVIDES|OFFERS|PARTICIPATES_IN|OBSERVER_OF|MEMBER_OF|BENEFICIARY_OF|PROPOSES|MANDATES|
  REQUESTS]->(event:Event)
WHERE ($only IS NULL OR r.relation = $only)
  AND ($include_proposed OR coalesce(r.status, '') <> 'proposed')
  AND ($until IS NULL OR coalesce(CASE WHEN r.valid_from IS NULL AND r.valid_to IS NULL THEN event.valid_from ELSE
    r.valid_from END, CASE WHEN r.valid_from IS NULL AND r.valid_to IS NULL THEN event.valid_to ELSE r.valid_to END)
    <= $until)
  AND ($from IS NULL OR coalesce(CASE WHEN r.valid_from IS NULL AND r.valid_to IS NULL THEN event.valid_to ELSE
    r.valid_to END, CASE WHEN CASE WHEN r.valid_from IS NULL AND r.valid_to IS NULL THEN event.valid_from ELSE
    r.valid_from END IS NOT NULL AND r.status = 'ongoing' THEN '9999' ELSE CASE WHEN r.valid_from IS NULL AND
    r.valid_to IS NULL THEN event.valid_from ELSE r.valid_from END END) + '~' >= $from)
UNWIND range(0, size(r.documents) - 1) AS i
RETURN DISTINCT event.iri AS event, r.relation AS relation, r.role AS role, r.status AS status, CASE WHEN
  r.valid_from IS NULL AND r.valid_to IS NULL THEN event.valid_from ELSE r.valid_from END AS valid_from, CASE
  WHEN r.valid_from IS NULL AND r.valid_to IS NULL THEN event.valid_to ELSE r.valid_to END AS valid_to,
  r.documents[i] AS document, r.locators[i] AS locator, r.certainties[i] AS certainty, r.iri AS link
