// The details beside the picture: of an entity, a link, a group, or how to read the map.
const LIST_LIMIT = 60;

function linkToNode(id) {
  return element('button', { type: 'button', class: 'plain', dir: 'auto', text: nameOf(nodeOf.get(id)), click: () => choose({ node: id }, true) });
}
function pressed(words, on, act) {
  return element('button', { type: 'button', 'aria-pressed': String(Boolean(on)), text: words, click: act });
}
function pair(list, label, value) {
  if (!value) return;
  list.append(element('dt', { text: label }), element('dd', { dir: 'auto' }, [value instanceof Node ? value : document.createTextNode(value)]));
}

function source(evidence, withQuote) {
  const document_ = MAP.documents[evidence.document];
  const place = placeOf(evidence);
  const line = element('div', { class: 'source' }, [webLink(document_.url, documentName(evidence))]);
  if (place) line.append(', ', element('span', { class: 'place', text: place, dir: 'auto' }));
  if (evidence.certainty && evidence.certainty !== 'explicit') line.append(` (${word('certainty', evidence.certainty)})`);
  if (withQuote && evidence.quote) line.append(element('div', {}, [element('q', { text: evidence.quote, dir: 'auto' })]));
  return line;
}

// one link in the list of an entity
function linkLine(edge, from) {
  const evidence = edge.evidence || [];
  const facts = (edge.facts || []).map((fact) => `${factLabel(fact)}: ${fact[2]}`);
  const about = [datesOf(edge), ...facts].filter(Boolean).join(' · ');
  const line = element('div', { class: 'link' }, [
    linkToNode(otherEnd(edge, from)),
    edge.status ? element('span', { class: edge.status === 'proposed' || edge.status === 'planned' ? 'note dash' : 'note', text: ` ${word('status', edge.status)}` }) : null,
    about ? element('div', { class: 'note', text: about, dir: 'auto' }) : null,
    evidence.length ? source(evidence[0], true) : element('div', { class: 'source', text: text('noEvidence') }),
  ]);
  const more = evidence.length > 1 ? `+ ${evidence.length - 1} ${text('moreSources')}` : text('linkDetails');
  line.append(element('button', { type: 'button', class: 'plain note', text: more, 'aria-label': `${relationLabel(edge)}: ${nameOf(nodeOf.get(edge.from))} – ${nameOf(nodeOf.get(edge.to))}`, click: () => choose({ edge: edge.id }, true) }));
  return line;
}

function linkGroups(node) {
  const groups = new Map();
  for (const edge of edgesAt.get(node.id)) {
    if (!view.edges.has(edge.id)) continue;
    const out = edge.from === node.id || isSymmetric(edge);
    const key = `${out ? '>' : '<'}${edge.relation}`;
    if (!groups.has(key)) groups.set(key, { label: out ? relationLabel(edge) : inverseLabel(edge), edges: [] });
    groups.get(key).edges.push(edge);
  }
  return [...groups.values()].sort((a, b) => a.label.localeCompare(b.label, state.lang));
}

function longList(items, make) {
  const holder = element('div');
  const add = (from, to) => { for (const item of items.slice(from, to)) holder.append(make(item)); };
  add(0, LIST_LIMIT);
  if (items.length > LIST_LIMIT) {
    const button = element('button', { type: 'button', text: `${text('more')} (${items.length})`, click: () => { button.remove(); add(LIST_LIMIT, items.length); } });
    holder.append(button);
  }
  return holder;
}

function showNode(panel, node) {
  const name = nameOf(node);
  const groups = linkGroups(node);
  const shown = groups.reduce((sum, group) => sum + group.edges.length, 0);
  const all = edgesAt.get(node.id).length;
  panel.append(element('h2', { text: name, dir: 'auto' }));
  panel.append(element('div', {}, [shapeIcon(shapeOfNode(node), colourOfNode(node)), ` ${labelOf(typeOf.get(node.type))} `, node.collective ? element('span', { class: 'tag', text: text('collective') }) : null]));
  const list = element('dl');
  pair(list, text('alsoCalled'), [...new Set(Object.values(node.names))].filter((other) => other !== name).join(' · '));
  pair(list, text('acronyms'), (node.acronyms || []).join(' · '));
  for (const fact of node.facts || []) pair(list, factLabel(fact), fact[2]);
  if (node.url) pair(list, text('web'), webLink(node.url, node.url));
  pair(list, text('linkCount'), shown === all ? String(all) : `${shown} ${text('linksShown')}, ${text('of')} ${all}`);
  panel.append(list, element('div', { class: 'buttons screen', role: 'group', 'aria-label': text('around') }, [
    pressed(text('hops1'), state.hops === 1, () => { state.hops = 1; update(); }),
    pressed(text('hops2'), state.hops === 2, () => { state.hops = 2; update(); }),
    pressed(text('only'), state.only, () => { state.only = !state.only; update(); fit(); }),
    element('button', { type: 'button', text: text('startHere'), click: () => setPath('from') }),
    element('button', { type: 'button', text: text('endHere'), click: () => setPath('to') }),
  ]));
  if (GROUPED && groupThings.has(node.community)) panel.append(groupButtons(groupThings.get(node.community)));
  for (const group of groups) panel.append(element('details', { open: shown <= 80 || groups.length === 1 }, [element('summary', { text: `${group.label} (${group.edges.length})` }), longList(group.edges, (edge) => linkLine(edge, node.id))]));
}

function showEdge(panel, edge) {
  panel.append(element('h2', {}, [lineIcon(colourOfEdge(edge), dashesOfEdge(edge), !isSymmetric(edge)), ` ${relationLabel(edge)}`]));
  const list = element('dl');
  pair(list, text('from'), linkToNode(edge.from));
  pair(list, text('to'), linkToNode(edge.to));
  pair(list, text('dates'), datesOf(edge) || text('undatedOne'));
  pair(list, text('status'), edge.status ? word('status', edge.status) : '');
  for (const fact of edge.facts || []) pair(list, factLabel(fact), fact[2]);
  panel.append(list, element('h3', { text: text('evidence') }));
  const evidence = edge.evidence || [];
  if (evidence.length) panel.append(element('ol', { class: 'evidence' }, evidence.map((one) => element('li', {}, [source(one, true)]))));
  else panel.append(element('p', { class: 'note', text: text('noEvidence') }));
  const others = parallel.get(between(edge)).filter((other) => other !== edge && view.edges.has(other.id));
  if (!others.length) return;
  panel.append(element('h3', { text: text('parallel') }));
  for (const other of others) panel.append(element('div', { class: 'link' }, [element('button', { type: 'button', class: 'plain', text: `${nameOf(nodeOf.get(other.from))} ${isSymmetric(other) ? '–' : '→'} ${relationLabel(other)}`, dir: 'auto', click: () => choose({ edge: other.id }) }), element('div', { class: 'note', text: datesOf(other) })]));
}

function groupButtons(group) {
  const open = state.open.has(group.group);
  return element('div', { class: 'buttons screen' }, [
    element('button', { type: 'button', text: text(open ? 'close' : 'open'), click: () => { if (open) { state.open.delete(group.group); update(); } else openGroup(group.group); } }),
    state.open.size > 1 ? element('button', { type: 'button', text: text('closeAll'), click: () => { state.open.clear(); update(); } }) : null,
  ]);
}
function showGroup(group) {
  choose({});
  $('panel').replaceChildren(element('h2', { text: groupName(group), dir: 'auto' }), element('p', { class: 'note', text: text('groupNote') }), groupButtons(group), element('h3', { text: `${text('members')} (${group.members.length})` }), longList(group.members, (node) => element('div', { class: 'link' }, [linkToNode(node.id)])));
}
function showBundle(bundle) {
  choose({});
  $('panel').replaceChildren(element('h2', { text: `${bundle.edges.length} ${text('links')}` }), longList(bundle.edges, (edge) => element('div', { class: 'link' }, [linkToNode(edge.from), element('div', { class: 'note', text: relationLabel(edge) }), linkLine(edge, edge.from)])));
}

function showHelp(panel) {
  panel.append(element('h2', { text: text('hello') }), element('ul', { class: 'hint' }, text('hints').map((hint) => element('li', { text: hint }))), element('h3', { text: text('keysTitle') }), element('p', { class: 'note', text: text('keys') }));
}

function showPanel() {
  const panel = $('panel');
  panel.replaceChildren();
  panel.scrollTop = 0;
  panel.classList.toggle('help', !view.path && !state.edge && !state.node);
  if (view.path) {
    panel.append(element('h2', { text: text('path') }), element('ol', {}, view.path.nodes.map((id) => element('li', {}, [linkToNode(id)]))));
    for (let i = 1; i < view.path.nodes.length; i += 1) for (const edge of edgesAt.get(view.path.nodes[i])) if (view.path.edges.has(edge.id) && otherEnd(edge, view.path.nodes[i]) === view.path.nodes[i - 1]) panel.append(element('div', { class: 'link' }, [element('button', { type: 'button', class: 'plain', text: `${nameOf(nodeOf.get(edge.from))} ${isSymmetric(edge) ? '–' : '→'} ${relationLabel(edge)} ${isSymmetric(edge) ? '–' : '→'} ${nameOf(nodeOf.get(edge.to))}`, dir: 'auto', click: () => { state.from = null; state.to = null; choose({ edge: edge.id }); } }), element('div', { class: 'note', text: datesOf(edge) }), ...(edge.evidence || []).map((one) => source(one, true))]));
  } else if (state.edge) showEdge(panel, edgeOf.get(state.edge));
  else if (state.node) showNode(panel, nodeOf.get(state.node));
  else showHelp(panel);
}
