// How are two things connected?
MATCH p = (a:Entity {iri: $start})-[*1..4]-(b:Entity {iri: $end})
WHERE $start <> $end AND length(p) <= $hops
  AND none(n IN nodes(p)[1..-1] WHERE n.type IN ['Topic', 'Document', 'Place'] OR n.iri IN [$start, $end])
  AND ($via IS NULL OR any(n IN nodes(p) WHERE n.iri = $via))
WITH DISTINCT [n IN nodes(p) | n.iri] AS stations
WHERE all(x IN stations WHERE size([y IN stations WHERE y = x]) = 1)
UNWIND range(0, size(stations) - 2) AS k
MATCH (x:Entity {iri: stations[k]})-[r]-(y:Entity {iri: stations[k + 1]})
UNWIND range(0, size(r.documents) - 1) AS i
RETURN DISTINCT reduce(s = '', x IN stations | s + CASE WHEN s = '' THEN '' ELSE ' ' END + x) AS chain, k + 1
  AS step, x.iri AS from_thing,
  r.relation AS relation, y.iri AS to_thing, r.role AS role, r.status AS status, r.valid_from AS valid_from,
    r.valid_to AS valid_to,
  r.documents[i] AS document, r.locators[i] AS locator, r.certainties[i] AS certainty, r.iri AS link
