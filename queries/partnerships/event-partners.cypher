// Who organizes, hosts, supports or attends an event?
MATCH (participant:Entity)-[r:ORGANIZES|HOSTS|LEADS|CHAIRS|VICE_CHAIRS|ADMINISTERS|IMPLEMENTS|FUNDS|
  CONTRIBUTES_TO|PROVIDES|OFFERS|PARTICIPATES_IN|OBSERVER_OF|MEMBER_OF|BENEFICIARY_OF|PROPOSES|MANDATES|
  REQUESTS]->(event:Entity {iri: $event})
WHERE ($only IS NULL OR r.relation = $only)
  AND ($class IS NULL OR $class IN labels(participant))
  AND ($include_proposed OR coalesce(r.status, '') <> 'proposed')
UNWIND range(0, size(r.documents) - 1) AS i
RETURN DISTINCT participant.iri AS participant, r.through_fund AS through_fund, r.count AS number, r.unit AS
  unit, r.relation AS relation, r.role AS role, r.status AS status, r.valid_from AS valid_from, r.valid_to AS
  valid_to, r.documents[i] AS document, r.locators[i] AS locator, r.certainties[i] AS certainty, r.iri AS link
