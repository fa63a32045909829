// Start: read the address, draw, and listen.
function choose(what, move = false) {
  Object.assign(state, { node: what.node || null, edge: what.edge || null, walkFrom: null, linkHome: null });
  if (state.only && !state.node) state.only = false;
  if ((state.node || state.edge) && view.path) Object.assign(state, { from: null, to: null });
  update();
  if (move) lookAt(state.edge ? [edgeOf.get(state.edge).from, edgeOf.get(state.edge).to] : state.node ? [state.node] : []);
}

function showCount() {
  const total = `${view.nodes.size} ${text('nodes')} · ${view.edges.size} ${text('links')}`;
  const all = view.nodes.size < NODES.length || view.edges.size < EDGES.length ? ` (${text('of')} ${NODES.length} · ${EDGES.length})` : '';
  const steps = view.path ? view.path.nodes.length - 1 : 0;
  const path = state.from && state.to && state.from !== state.to ? ` · ${text('path')}: ${view.path ? `${steps} ${text(steps === 1 ? 'step' : 'steps')}` : text('noPath')}` : '';
  $('count').textContent = view.nodes.size ? total + all + path : text('nothing');
}

// after any change of the state
function update() {
  computeView();
  draw();
  showPanel();
  showCount();
  showYears();
  showPath();
  showTable();
  writeAddress();
}

// after a change of language, or of everything
function everything() {
  document.documentElement.lang = state.lang;
  for (const place of document.querySelectorAll('[data-text]')) place.textContent = text(place.dataset.text);
  for (const place of document.querySelectorAll('[data-label]')) place.setAttribute('aria-label', text(place.dataset.label));
  for (const place of document.querySelectorAll('[data-placeholder]')) place.placeholder = text(place.dataset.placeholder);
  for (const lang of Object.keys(TEXTS)) $(`lang-${lang}`).setAttribute('aria-pressed', String(lang === state.lang));
  $('colour-by').value = state.colour;
  showLegend();
  update();
}

function start() {
  readAddress();
  // on a small screen the picture comes first and the legend is folded
  if (matchMedia('(max-width: 860px)').matches) for (const part of document.querySelectorAll('details.wide-open')) part.open = false;
  startPicture();
  startSearch();
  startLegend();
  startTable();
  startExports();
  startKeys();
  for (const lang of Object.keys(TEXTS)) $(`lang-${lang}`).addEventListener('click', () => { state.lang = lang; everything(); });
  $('zoom-in').addEventListener('click', () => zoom(1.3));
  $('zoom-out').addEventListener('click', () => zoom(1 / 1.3));
  $('zoom-fit').addEventListener('click', fit);
  // on paper the legend is unfolded, and the picture takes the width of the paper
  addEventListener('beforeprint', () => { for (const part of document.querySelectorAll('details.wide-open')) part.open = true; });
  addEventListener('hashchange', () => { readAddress(); everything(); });
  everything();
  fit();
  if (GROUPED && view.path) lookAtAll(view.path.nodes);
  else if (GROUPED && state.node) lookAt([state.node]);
}
if (NODES.length) start();

// For scripts and tests: where an entity or a link stands in the window (CSS pixels), by its IRI.
function windowPoint(place) {
  const at = network.canvasToDOM(place), box = $('picture').getBoundingClientRect();
  return { x: at.x + box.left, y: at.y + box.top };
}
window.multilateralMap = {
  nodePosition: (iri) => (nodeByIri.has(iri) ? windowPoint(positionOf(nodeByIri.get(iri).id)) : null),
  // a point where a click meets this link and nothing else, if there is one
  linkPosition(iri) {
    const edge = edgeByIri.get(iri);
    if (!edge || !visEdges.get(edge.id)) return null;
    for (const t of [0.5, 0.42, 0.58, 0.35, 0.65, 0.27, 0.73]) {
      const place = pointOnEdge(edge, t), at = network.canvasToDOM(place);
      if (network.getNodeAt(at) === undefined && network.getEdgeAt(at) === edge.id) return windowPoint(place);
    }
    return null;
  },
  groupPosition: (group) => (groupThings.has(group) ? windowPoint(groupThings.get(group)) : null),
  drawn: () => ({ nodes: drawn.nodes.length, groups: drawn.groups.length, links: drawn.edges.length, bundles: drawn.bundles.size }),
  shown: () => ({ nodes: shownNodes().map((node) => node.iri), links: shownEdges().map((edge) => edge.iri) }),
  lit: () => shownEdges().filter((edge) => isLit(edge)).map((edge) => edge.iri),
};
