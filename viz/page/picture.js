// The picture itself: vis-network is told what to draw; nothing moves by itself (no physics).
const visNodes = new vis.DataSet();
const visEdges = new vis.DataSet();
const places = new Map(NODES.map((node) => [node.id, { x: node.x, y: node.y }]));
const positionOf = (id) => places.get(id);
const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
let network = null;
let fitted = 0; // the scale at which all was shown, while the reader has not moved

// ---- groups: on a large map a community is one thing until it is opened
const SMALL = 4; // communities of fewer things are put into one group
const groupThings = new Map();
if (GROUPED) {
  for (const [group, members] of groupMembers) {
    if (members.length < SMALL) continue;
    const x = members.reduce((sum, node) => sum + node.x, 0) / members.length;
    const y = members.reduce((sum, node) => sum + node.y, 0) / members.length;
    // about as large as the members are when they are shown, so that opening changes nothing around
    const far = members.reduce((sum, node) => sum + (node.x - x) ** 2 + (node.y - y) ** 2, 0) / members.length;
    groupThings.set(group, { id: `g${group}`, group, members, x, y, size: Math.max(30, 0.55 * Math.sqrt(far)) });
    places.set(`g${group}`, { x, y });
  }
}
const isGroup = (id) => typeof id === 'string' && id[0] === 'g';
const groupOf = (id) => groupThings.get(Number(id.slice(1)));
const groupName = (group) => `${text('group')} ${shortName(group.members[0])}`;

// the thing that stands for a node in the picture: itself, or its closed group
function standIn(node) {
  if (!GROUPED || state.only || state.open.has(node.community) || !groupThings.has(node.community)) return node.id;
  if (node.id === state.node || node.id === state.from || node.id === state.to) return node.id;
  if (state.edge && (edgeOf.get(state.edge).from === node.id || edgeOf.get(state.edge).to === node.id)) return node.id;
  if (view.path) return view.near.has(node.id) ? node.id : `g${node.community}`;
  return state.node && state.hops === 1 && view.near.has(node.id) && view.near.size < 400 ? node.id : `g${node.community}`;
}

// ---- what is in the picture now
const drawn = { nodes: [], groups: [], edges: [], bundles: new Map() };

function collect() {
  drawn.nodes = [];
  drawn.edges = [];
  drawn.bundles = new Map();
  const groups = new Map();
  const stand = new Map();
  for (const node of shownNodes()) {
    const id = standIn(node);
    stand.set(node.id, id);
    if (id === node.id) drawn.nodes.push(node);
    else groups.set(id, (groups.get(id) || 0) + 1);
  }
  drawn.groups = [...groups].map(([id, shown]) => ({ ...groupOf(id), shown }));
  for (const edge of shownEdges()) {
    const from = stand.get(edge.from), to = stand.get(edge.to);
    if (from === edge.from && to === edge.to) { drawn.edges.push(edge); continue; }
    if (from === to) continue;
    const key = from < to ? `b${from} ${to}` : `b${to} ${from}`;
    if (!drawn.bundles.has(key)) drawn.bundles.set(key, { id: key, from, to, edges: [] });
    drawn.bundles.get(key).edges.push(edge);
  }
}

function visNode(node) {
  const lit = !view.near || view.near.has(node.id);
  const chosen = node.id === state.node || (view.path && (node.id === state.from || node.id === state.to));
  const colour = colourOfNode(node);
  const at = positionOf(node.id);
  const border = chosen ? '#000000' : '#ffffff';
  return {
    id: node.id, x: at.x, y: at.y, size: node.size, shape: shapeOfNode(node), opacity: lit ? 1 : 0.14, borderWidth: chosen ? 2.5 : 1.2,
    color: { background: colour, border, highlight: { background: colour, border: '#000000' }, hover: { background: colour, border: '#000000' } },
  };
}
function visGroup(group) {
  const colour = communityColour(group.group);
  return {
    id: group.id, x: group.x, y: group.y, shape: 'dot', size: group.size, opacity: view.near ? 0.18 : 0.85, borderWidth: 3,
    color: { background: colour, border: '#ffffff', highlight: { background: colour, border: '#000000' }, hover: { background: colour, border: '#000000' } },
  };
}
function visEdge(edge, many) {
  const focus = Boolean(view.near);
  const lit = isLit(edge);
  const strong = edge.id === state.edge || Boolean(view.path && lit);
  const colour = colourOfEdge(edge);
  const opacity = !lit ? 0.07 : focus ? 0.95 : many ? 0.3 : 0.55;
  return {
    id: edge.id, from: edge.from, to: edge.to, dashes: dashesOfEdge(edge), width: strong ? 4 : focus && lit ? 2 : 1.5,
    smooth: smoothOf(edge, [positionOf(edge.from), positionOf(edge.to)]),
    arrows: { to: { enabled: !isSymmetric(edge) && (!many || (focus && lit)), scaleFactor: strong ? 0.45 : 0.5 } },
    color: { color: colour, highlight: colour, hover: colour, opacity },
  };
}
function visBundle(bundle) {
  const lit = !view.near || bundle.edges.some(isLit);
  return {
    id: bundle.id, from: bundle.from, to: bundle.to, width: Math.min(5, 1 + Math.log2(1 + bundle.edges.length)), dashes: false, smooth: { enabled: false, type: 'curvedCW', roundness: 0 },
    arrows: { to: { enabled: false } }, color: { color: paleGrey, highlight: paleGrey, hover: paleGrey, opacity: lit ? 0.28 : 0.1 },
  };
}

// take out what is gone, renew what stays: cheaper than starting again
function renew(set, wanted) {
  const keep = new Set(wanted.map((item) => item.id));
  const gone = set.getIds().filter((id) => !keep.has(id));
  if (gone.length) set.remove(gone);
  if (wanted.length) set.update(wanted);
}

function draw() {
  collect();
  const many = drawn.edges.length > MAP.arrowsUpTo;
  const edges = [...drawn.edges.map((edge) => visEdge(edge, many)), ...[...drawn.bundles.values()].map(visBundle)];
  const known = new Set(edges.map((edge) => edge.id));
  const gone = visEdges.getIds().filter((id) => !known.has(id));
  if (gone.length) visEdges.remove(gone);
  // what is in focus is drawn last, on top
  renew(visNodes, [...drawn.groups.map(visGroup), ...drawn.nodes.map(visNode)]);
  renew(visEdges, edges);
  network.setOptions({ interaction: { hideEdgesOnDrag: edges.length > 1500, hideEdgesOnZoom: edges.length > 1500 } });
  const selected = { nodes: state.node && visNodes.get(state.node) ? [state.node] : [], edges: state.edge && visEdges.get(state.edge) ? [state.edge] : [] };
  network.setSelection(selected, { highlightEdges: false });
  forgetLabels();
}

function fit() {
  if (!visNodes.length) return;
  network.fit({ animation: false, maxZoomLevel: 1.6, minZoomLevel: 0.02 });
  network.moveTo({ scale: network.getScale() * 0.94, animation: false }); // names need a margin
  fitted = network.getScale();
}
function lookAt(ids) {
  fitted = 0;
  const points = ids.map(positionOf).filter(Boolean);
  if (!points.length) return;
  const x = points.reduce((sum, p) => sum + p.x, 0) / points.length;
  const y = points.reduce((sum, p) => sum + p.y, 0) / points.length;
  network.moveTo({ position: { x, y }, scale: Math.max(0.75, network.getScale()), animation: calm ? false : { duration: 300, easingFunction: 'easeInOutQuad' } });
}
// as near as all of these can be seen
function lookAtAll(ids) {
  const nodes = ids.filter((id) => visNodes.get(id));
  if (!nodes.length) return;
  network.fit({ nodes, animation: false, maxZoomLevel: 1.4, minZoomLevel: 0.02 });
  network.moveTo({ scale: network.getScale() * 0.8, animation: false });
  fitted = 0;
}
function zoom(factor) {
  fitted = 0;
  network.moveTo({ scale: Math.min(6, Math.max(0.02, network.getScale() * factor)), animation: false });
}
function pan(dx, dy) {
  fitted = 0;
  const at = network.getViewPosition(), scale = network.getScale();
  network.moveTo({ position: { x: at.x + dx / scale, y: at.y + dy / scale }, animation: false });
}

// ---- the mouse
function startPicture() {
  network = new vis.Network($('picture'), { nodes: visNodes, edges: visEdges }, {
    physics: false, layout: { improvedLayout: false },
    interaction: { hover: true, multiselect: false, selectConnectedEdges: false, hoverConnectedEdges: false, keyboard: false, tooltipDelay: 1e7, dragNodes: true },
    nodes: { borderWidth: 1.2, borderWidthSelected: 2.5, chosen: false }, edges: { chosen: false, selectionWidth: 0, hoverWidth: 0, selfReference: { size: 16 } },
  });
  network.on('click', (event) => {
    const node = network.getNodeAt(event.pointer.DOM);
    const edge = node ? undefined : network.getEdgeAt(event.pointer.DOM);
    hideTip();
    if (isGroup(node)) showGroup(groupOf(node));
    else if (node) choose({ node });
    else if (edge && drawn.bundles.has(edge)) showBundle(drawn.bundles.get(edge));
    else if (edge) choose({ edge });
    else choose({});
  });
  network.on('doubleClick', (event) => {
    const node = network.getNodeAt(event.pointer.DOM);
    if (isGroup(node)) openGroup(groupOf(node).group);
    else if (node) isolate(node);
  });
  network.on('dragEnd', (event) => {
    for (const id of event.nodes) { const at = network.getPosition(id); places.set(id, { x: at.x, y: at.y }); if (groupThings.has(Number(String(id).slice(1))) && isGroup(id)) Object.assign(groupOf(id), at); }
    if (event.nodes.length) draw();
  });
  network.on('hoverNode', (event) => {
    if (isGroup(event.node)) showTip(event.pointer.DOM, groupName(groupOf(event.node)), `${groupOf(event.node).members.length} ${text('nodes')}`);
    else { const node = nodeOf.get(event.node); showTip(event.pointer.DOM, nameOf(node), `${labelOf(typeOf.get(node.type))} · ${edgesAt.get(node.id).length} ${text('links')}`); }
  });
  network.on('hoverEdge', (event) => {
    const edge = edgeOf.get(event.edge);
    if (!edge) { const bundle = drawn.bundles.get(event.edge); if (bundle) showTip(event.pointer.DOM, `${bundle.edges.length} ${text('links')}`, ''); return; }
    const said = (edge.evidence || []).map((evidence) => `${documentName(evidence)}, ${placeOf(evidence)}`)[0];
    showTip(event.pointer.DOM, `${shortName(nodeOf.get(edge.from))} ${isSymmetric(edge) ? '–' : '→'} ${shortName(nodeOf.get(edge.to))}`, [relationLabel(edge), datesOf(edge), said].filter(Boolean).join(' · '));
  });
  for (const event of ['blurNode', 'blurEdge', 'dragStart', 'zoom']) network.on(event, hideTip);
  $('picture').addEventListener('mouseleave', hideTip);
  network.on('afterDrawing', drawLabels);
  for (const event of ['dragging', 'zoom']) network.on(event, labelsMoving);
  for (const event of ['dragEnd', 'zoom']) network.on(event, () => { fitted = 0; });
  new ResizeObserver(() => {
    network.setSize('100%', '100%');
    network.redraw();
    if (fitted) fit();
    forgetLabels();
  }).observe($('picture'));
}

// a double click leaves only the neighbourhood of a node; a second one on the same node brings the rest back
function isolate(node) {
  const again = state.only && state.isolated === node;
  Object.assign(state, { node, edge: null, only: !again, isolated: node });
  update();
  fit();
}

function openGroup(group) {
  state.open.add(group);
  update();
  lookAtAll(groupMembers.get(group).map((node) => node.id));
}

function showTip(at, title, line) {
  const tip = $('tip');
  tip.replaceChildren(element('b', { text: title, dir: 'auto' }), element('div', { class: 'source', text: line, dir: 'auto' }));
  tip.hidden = false;
  const room = $('picture');
  tip.style.left = `${Math.max(0, Math.min(at.x + 14, room.clientWidth - tip.offsetWidth - 4))}px`;
  tip.style.top = `${Math.max(0, at.y + 18 + tip.offsetHeight > room.clientHeight ? at.y - tip.offsetHeight - 10 : at.y + 14)}px`;
}
function hideTip() { $('tip').hidden = true; }
