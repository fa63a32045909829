// The data block, indexed. Everything is looked up in Maps by our own ids (n0, e0), never as a property of an object.
const DATA = JSON.parse($('data').textContent);
const MAP = DATA.map;
const NODES = DATA.nodes;
const EDGES = DATA.edges;
const nodeOf = new Map(NODES.map((node) => [node.id, node]));
const edgeOf = new Map(EDGES.map((edge) => [edge.id, edge]));
const nodeByIri = new Map(NODES.map((node) => [node.iri, node]));
const edgeByIri = new Map(EDGES.map((edge) => [edge.iri, edge]));
const edgesAt = new Map(NODES.map((node) => [node.id, []]));
const typeOf = new Map(MAP.types.map((type) => [type.id, type]));
const relationOf = new Map(MAP.relations.map((relation) => [relation.id, relation]));
const familyOf = new Map(Object.entries(MAP.families));
const statusOf = new Map(MAP.statuses.map((status) => [status.id, status]));
const parallel = new Map(); // "n1 n2" -> the links between the two, either direction
const between = (edge) => (edge.from < edge.to ? `${edge.from} ${edge.to}` : `${edge.to} ${edge.from}`);
const otherEnd = (edge, id) => (edge.from === id ? edge.to : edge.from);

const year = (date) => (date && /^-?\d{4}/.test(date) ? parseInt(date, 10) : null);
for (const edge of EDGES) {
  edgesAt.get(edge.from).push(edge);
  if (edge.to !== edge.from) edgesAt.get(edge.to).push(edge);
  edge.first = year(edge.start) ?? year(edge.end);
  edge.last = year(edge.end) ?? edge.first;
  const key = between(edge);
  if (!parallel.has(key)) parallel.set(key, []);
  parallel.get(key).push(edge);
}
const allYears = EDGES.flatMap((edge) => (edge.first === null ? [] : [edge.first, edge.last]));
const FIRST_YEAR = allYears.reduce((a, b) => Math.min(a, b), Infinity);
const LAST_YEAR = allYears.reduce((a, b) => Math.max(a, b), -Infinity);
const DATED = allYears.length > 0;
const UNDATED = EDGES.filter((edge) => edge.first === null).length;
// an unknown end is not "until today"; only what its source calls ongoing is shown in later years too
for (const edge of EDGES) if (edge.status === 'ongoing' && edge.first !== null && !edge.end) edge.last = LAST_YEAR;

const byDegree = NODES.slice().sort((a, b) => edgesAt.get(b.id).length - edgesAt.get(a.id).length);
const groupMembers = new Map();
for (const node of byDegree) {
  if (!groupMembers.has(node.community)) groupMembers.set(node.community, []);
  groupMembers.get(node.community).push(node);
}
const GROUPED = NODES.length > MAP.groupAbove;

function pick(names) {
  const own = (lang) => (names && Object.hasOwn(names, lang) ? names[lang] : null);
  return own(state.lang) || own('en') || own('fr') || own('') || (names && Object.values(names).find(Boolean)) || null;
}
const lastPart = (iri) => iri.replace(/[/#]+$/, '').split(/[/#]/).pop() || iri;
const nameOf = (node) => pick(node.names) || (node.acronyms && node.acronyms[0]) || lastPart(node.iri);
const labelOf = (thing) => pick(thing && thing.label) || (thing && thing.id) || '';
const relationLabel = (edge) => labelOf(relationOf.get(edge.relation));
const inverseLabel = (edge) => pick(relationOf.get(edge.relation).inverse) || relationLabel(edge);
const isSymmetric = (edge) => relationOf.get(edge.relation).symmetric;

const SHORT = 26; // letters; a longer name gives way to its acronym
function shortName(node) {
  const name = nameOf(node);
  if (name.length <= SHORT) return name;
  return pick(node.short) || (node.acronyms && node.acronyms[0]) || name;
}

function datesOf(edge) {
  if (edge.start && edge.end) return edge.start === edge.end ? edge.start : `${edge.start} – ${edge.end}`;
  if (edge.start) return `${text('since')} ${edge.start}`;
  return edge.end ? `${text('until')} ${edge.end}` : '';
}

const documentName = (evidence) => pick(MAP.documents[evidence.document].names) || text('document');
// "¶ 5(d)", but "footnote 1" or "Table 3" says itself what it is
function placeOf(evidence) {
  const locator = evidence.locator || '';
  return /^\p{L}{4,}/u.test(locator) || !locator ? locator : `¶ ${locator}`;
}
const factLabel = (fact) => (state.lang === 'fr' ? fact[1] || fact[0] : fact[0] || fact[1]);
