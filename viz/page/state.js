// What the reader has chosen, what follows from it, and the address that keeps it.
const state = { lang: MAP.lang };
const view = { nodes: new Set(), edges: new Set(), near: null, path: null };

function startState() {
  Object.assign(state, {
    node: null, edge: null, hops: 1, only: false, isolated: null, from: null, to: null, colour: 'type', table: state.table || false,
    hiddenTypes: new Set(), hiddenRelations: new Set(), hiddenStatuses: new Set(),
    year0: FIRST_YEAR, year1: LAST_YEAR, undated: true, open: new Set(),
  });
}

function passes(edge) {
  if (state.hiddenRelations.has(edge.relation) || state.hiddenStatuses.has(edge.status || '')) return false;
  if (state.hiddenTypes.has(nodeOf.get(edge.from).type) || state.hiddenTypes.has(nodeOf.get(edge.to).type)) return false;
  if (edge.first === null) return state.undated;
  return edge.first <= state.year1 && edge.last >= state.year0;
}

function neighbourhood(start, steps) {
  const found = new Set(start);
  let front = [...start];
  for (let step = 0; step < steps; step += 1) {
    const next = [];
    for (const id of front) {
      for (const edge of edgesAt.get(id)) {
        const other = otherEnd(edge, id);
        if (view.edges.has(edge.id) && !found.has(other)) { found.add(other); next.push(other); }
      }
    }
    front = next;
  }
  return found;
}

// breadth first over what is shown, whatever the direction of the links; all parallel links of a step belong to it
function shortestPath(from, to) {
  const before = new Map([[from, null]]);
  let front = [from];
  while (front.length && !before.has(to)) {
    const next = [];
    for (const id of front) {
      for (const edge of edgesAt.get(id)) {
        const other = otherEnd(edge, id);
        if (view.edges.has(edge.id) && !before.has(other)) { before.set(other, id); next.push(other); }
      }
    }
    front = next;
  }
  if (!before.has(to)) return null;
  const nodes = [];
  for (let id = to; id !== null; id = before.get(id)) nodes.unshift(id);
  const edges = new Set();
  for (let i = 1; i < nodes.length; i += 1) {
    for (const edge of edgesAt.get(nodes[i])) if (view.edges.has(edge.id) && otherEnd(edge, nodes[i]) === nodes[i - 1]) edges.add(edge.id);
  }
  return { nodes, edges };
}

// A thing whose links are all filtered away goes with them; one that never had a link stays.
function computeView() {
  view.edges = new Set(EDGES.filter(passes).map((edge) => edge.id));
  const touched = new Set();
  for (const id of view.edges) { touched.add(edgeOf.get(id).from); touched.add(edgeOf.get(id).to); }
  const stays = (node) => !state.hiddenTypes.has(node.type) && (touched.has(node.id) || !edgesAt.get(node.id).length || node.id === state.node);
  view.nodes = new Set(NODES.filter(stays).map((node) => node.id));
  view.path = state.from && state.to && state.from !== state.to && view.nodes.has(state.from) && view.nodes.has(state.to) ? shortestPath(state.from, state.to) : null;
  const chosen = state.edge ? [edgeOf.get(state.edge).from, edgeOf.get(state.edge).to] : state.node ? [state.node] : null;
  if (view.path) view.near = new Set(view.path.nodes);
  else if (state.edge) view.near = new Set(chosen);
  else view.near = chosen ? neighbourhood(chosen, state.hops) : null;
  if (state.only && view.near) {
    view.nodes = new Set([...view.nodes].filter((id) => view.near.has(id)));
    view.edges = new Set([...view.edges].filter((id) => isLit(edgeOf.get(id))));
  }
}

// whether a link belongs to what is in focus
function isLit(edge) {
  if (view.path) return view.path.edges.has(edge.id);
  if (state.edge) return edge.id === state.edge;
  if (!view.near) return true;
  if (state.hops === 1 && !state.only) return edge.from === state.node || edge.to === state.node;
  return view.near.has(edge.from) && view.near.has(edge.to);
}

const shownNodes = () => NODES.filter((node) => view.nodes.has(node.id));
const shownEdges = () => EDGES.filter((edge) => view.edges.has(edge.id));

function writeAddress() {
  const parts = new URLSearchParams();
  const put = (key, value) => { if (value) parts.set(key, value); };
  const iri = (id) => (id ? nodeOf.get(id).iri : null);
  const list = (key, set) => { for (const value of set) parts.append(key, value); };
  put('node', iri(state.node));
  if (MAP.focus && !state.node && !state.edge) put('node', '-'); // or the focus would come back
  put('link', state.edge && edgeOf.get(state.edge).iri);
  put('steps', state.hops !== 1 && state.hops);
  put('only', state.only && 1);
  put('from', iri(state.from));
  put('to', iri(state.to));
  list('-type', state.hiddenTypes);
  list('-relation', state.hiddenRelations);
  list('-status', state.hiddenStatuses);
  if (state.year0 !== FIRST_YEAR || state.year1 !== LAST_YEAR) put('years', `${state.year0}/${state.year1}`);
  put('dated', !state.undated && 1);
  put('colour', state.colour !== 'type' && state.colour);
  list('open', state.open);
  put('table', state.table && 1);
  put('lang', state.lang !== MAP.lang && state.lang);
  const wanted = parts.toString();
  if (wanted === location.hash.slice(1)) return;
  // inside a notebook's frame the address belongs to the notebook, and the browser may refuse
  try { history.replaceState(null, '', wanted ? `#${wanted}` : '#'); } catch (error) { if (!(error instanceof DOMException)) throw error; }
}

// Whatever an address says that this map does not have is ignored.
function readAddress() {
  const parts = new URLSearchParams(location.hash.slice(1));
  const node = (key) => (nodeByIri.has(parts.get(key)) ? nodeByIri.get(parts.get(key)).id : null);
  const known = (key, among) => new Set(parts.getAll(key).filter((value) => among.has(value)));
  startState();
  state.node = node('node');
  if (edgeByIri.has(parts.get('link'))) { state.edge = edgeByIri.get(parts.get('link')).id; state.node = null; }
  if (!parts.toString() && MAP.focus) state.node = nodeByIri.get(MAP.focus).id;
  if (parts.get('steps') === '2') state.hops = 2;
  state.only = parts.get('only') === '1';
  state.from = node('from');
  state.to = node('to');
  state.hiddenTypes = known('-type', typeOf);
  state.hiddenRelations = known('-relation', relationOf);
  state.hiddenStatuses = known('-status', statusOf);
  const years = /^(-?\d+)\/(-?\d+)$/.exec(parts.get('years') || '');
  if (years && DATED) {
    state.year0 = Math.max(FIRST_YEAR, Math.min(+years[1], LAST_YEAR));
    state.year1 = Math.max(state.year0, Math.min(+years[2], LAST_YEAR));
  }
  state.undated = parts.get('dated') !== '1';
  if (parts.get('colour') === 'community') state.colour = 'community';
  state.open = new Set(parts.getAll('open').map(Number).filter((group) => groupMembers.has(group)));
  state.table = parts.get('table') === '1';
  if (Object.hasOwn(TEXTS, parts.get('lang') || '')) state.lang = parts.get('lang');
}
