// What is known of something?
MATCH (thing:Entity {iri: $thing})-[r]-(other:Entity)
WHERE ($other_end IS NULL OR other.iri = $other_end)
  AND ($only IS NULL OR r.relation = $only)
  AND ($class IS NULL OR $class IN labels(other))
  AND ($include_proposed OR coalesce(r.status, '') <> 'proposed')
  AND ($until IS NULL OR coalesce(r.valid_from, r.valid_to) <= $until)
  AND ($from IS NULL OR coalesce(r.valid_to, CASE WHEN r.valid_from IS NOT NULL AND r.status = 'ongoing' THEN '9999'
    ELSE r.valid_from END) + '~' >= $from)
UNWIND range(0, size(r.documents) - 1) AS i
RETURN DISTINCT CASE WHEN startNode(r) = thing THEN 'out' ELSE 'in' END AS direction, other.iri AS other,
  r.at_event AS at_event, r.in_programme AS in_programme, r.via_document AS via_document, r.through_fund AS
  through_fund, r.in_place AS area, r.on_topic AS topic, r.amount AS amount, r.currency AS currency, r.count AS number, r.unit AS
  unit, r.outcome AS outcome, r.date_note AS date_note, r.relation AS relation, r.role AS role, r.status AS
  status, r.valid_from AS valid_from, r.valid_to AS valid_to, r.documents[i] AS document, r.locators[i] AS
  locator, r.certainties[i] AS certainty, r.iri AS link
