// The picture by keyboard: walk along links without a mouse.
function walk(step) {
  const around = state.node ? [state.walkFrom || state.node, ...neighbourhood([state.walkFrom || state.node], 1)].filter((id, i, all) => all.indexOf(id) === i) : byDegree.map((node) => node.id).filter((id) => view.nodes.has(id));
  if (!around.length) return;
  const at = around.indexOf(state.node);
  const next = around[(at + step + around.length) % around.length];
  const from = state.walkFrom || state.node;
  choose({ node: next }, true);
  state.walkFrom = from && around.length > 1 ? from : next;
}
function walkLinks() {
  const home = state.edge ? state.linkHome : state.node;
  if (!home) return;
  const links = edgesAt.get(home).filter((edge) => view.edges.has(edge.id));
  if (!links.length) return;
  const next = links[(links.findIndex((edge) => edge.id === state.edge) + 1) % links.length];
  choose({ edge: next.id }, true);
  state.linkHome = home;
}
const KEYS = {
  ArrowLeft: () => pan(-60, 0), ArrowRight: () => pan(60, 0), ArrowUp: () => pan(0, -60), ArrowDown: () => pan(0, 60),
  '+': () => zoom(1.25), '=': () => zoom(1.25), '-': () => zoom(0.8), f: fit, n: () => walk(1), p: () => walk(-1), l: walkLinks,
  Enter: () => { if (state.node) { state.walkFrom = state.node; lookAt([state.node]); } }, Escape: () => choose({}), '/': () => $('query').focus(),
};
function startKeys() {
  $('picture').addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(KEYS, event.key)) return;
    event.preventDefault();
    KEYS[event.key]();
  });
}
