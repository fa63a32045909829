// Who cooperates in the most documents?
MATCH (thing:Entity)-[r:COOPERATES_WITH|CO_ORGANIZES]-(:Entity)
WHERE $class IN labels(thing)
  AND ($include_proposed OR coalesce(r.status, '') <> 'proposed')
UNWIND r.documents AS document
WITH thing, count(DISTINCT document) AS documents, count(DISTINCT r.iri) AS links
WHERE documents >= $minimum
RETURN thing.iri AS thing, documents, links
