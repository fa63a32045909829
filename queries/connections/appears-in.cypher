// Which things of a class appear in several documents?
MATCH (thing:Entity)
WHERE $class IN labels(thing) AND ($include_collective OR NOT coalesce(thing.collective, false))
OPTIONAL MATCH (thing)-[r]-(:Entity)
WITH thing, [k IN range(0, size(thing.documents) - 1) | [thing.documents[k], thing.locators[k]]] AS mentions,
  collect([k IN range(0, size(coalesce(r.documents, [])) - 1) | [r.documents[k], r.locators[k]]]) AS of_links
WITH thing, reduce(found = mentions, some IN of_links | found + some) AS places
UNWIND places AS place
WITH thing, collect(DISTINCT place) AS places, count(DISTINCT place[0]) AS documents
WHERE documents >= $minimum
UNWIND places AS place
RETURN thing.iri AS thing, documents, place[0] AS document, place[1] AS locator
