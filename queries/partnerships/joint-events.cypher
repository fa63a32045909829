// In which events do two parties both have a part?
MATCH p = (member:Entity)-[:PART_OF|SUBSIDIARY_OF|HEADS|MEMBER_OF*0..6]->(counterpart:Entity {iri: $with})
WHERE all(x IN relationships(p) WHERE coalesce(x.status, '') <> 'proposed')
WITH collect(DISTINCT member.iri) AS members
MATCH (org:Entity {iri: $org})-[own:ORGANIZES|HOSTS|LEADS|CHAIRS|VICE_CHAIRS|ADMINISTERS|IMPLEMENTS|FUNDS|
  CONTRIBUTES_TO|PROVIDES|OFFERS|PARTICIPATES_IN|OBSERVER_OF|MEMBER_OF|BENEFICIARY_OF|PROPOSES|MANDATES|
  REQUESTS]->(event:Event)
WHERE $include_proposed OR coalesce(own.status, '') <> 'proposed'
MATCH (other:Entity)-[theirs:ORGANIZES|HOSTS|LEADS|CHAIRS|VICE_CHAIRS|ADMINISTERS|IMPLEMENTS|FUNDS|
  CONTRIBUTES_TO|PROVIDES|OFFERS|PARTICIPATES_IN|OBSERVER_OF|MEMBER_OF|BENEFICIARY_OF|PROPOSES|MANDATES|
  REQUESTS]->(event)
WHERE other.iri IN members AND other.iri <> $org
  AND ($include_proposed OR coalesce(theirs.status, '') <> 'proposed')
WITH DISTINCT members, event
MATCH (participant:Entity)-[r:ORGANIZES|HOSTS|LEADS|CHAIRS|VICE_CHAIRS|ADMINISTERS|IMPLEMENTS|FUNDS|
  CONTRIBUTES_TO|PROVIDES|OFFERS|PARTICIPATES_IN|OBSERVER_OF|MEMBER_OF|BENEFICIARY_OF|PROPOSES|MANDATES|
  REQUESTS]->(event)
WHERE (participant.iri = $org OR participant.iri IN members)
  AND ($include_proposed OR coalesce(r.status, '') <> 'proposed')
UNWIND range(0, size(r.documents) - 1) AS i
RETURN DISTINCT event.iri AS event, participant.iri AS participant, r.relation AS relation, r.role AS role,
  r.status AS status, r.valid_from AS valid_from, r.valid_to AS valid_to, r.documents[i] AS document,
  r.locators[i] AS locator, r.certainties[i] AS certainty, r.iri AS link
