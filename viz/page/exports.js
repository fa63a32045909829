// What is shown, as files: PNG and SVG for a talk, GEXF for Gephi, CSV for a spreadsheet; the last two with the sources.
// eslint-disable-next-line no-control-regex
const xml = (value) => String(value ?? '').replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '').replace(/[<>&"']/g, (c) => ({ '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;', "'": '&#39;' })[c]);
const sourcesOf = (edge) => (edge.evidence || []).map((evidence) => [documentName(evidence), placeOf(evidence)].filter(Boolean).join(', ')).join(' | ');

function csv() {
  // a cell that starts like a formula would be run by a spreadsheet
  const quote = (value) => { const words = String(value ?? ''); return `"${(/^[=+\-@\t\r]/.test(words) ? `'${words}` : words).replace(/"/g, '""')}"`; };
  const head = ['source', 'source_id', 'source_type', 'relation', 'target', 'target_id', 'target_type', 'from', 'to', 'status', 'facts', 'documents', 'locators', 'quotes', 'certainties', 'document_urls', 'link_id'];
  const rows = shownEdges().map((edge) => {
    const [a, b, evidence] = [nodeOf.get(edge.from), nodeOf.get(edge.to), edge.evidence || []];
    const joined = (of) => evidence.map(of).map((value) => value || '').join(' | ');
    return [nameOf(a), a.iri, a.type, edge.relation, nameOf(b), b.iri, b.type, edge.start, edge.end, edge.status, (edge.facts || []).map((fact) => `${factLabel(fact)}: ${fact[2]}`).join(' | '), joined(documentName), joined((one) => one.locator), joined((one) => one.quote), joined((one) => one.certainty), joined((one) => MAP.documents[one.document].url), edge.iri];
  });
  return `\ufeff${[head, ...rows].map((cells) => cells.map(quote).join(',')).join('\r\n')}\r\n`;
}

function gexf() {
  const attribute = (id, value) => (value ? `<attvalue for="${id}" value="${xml(value)}"/>` : '');
  const declare = (names) => names.map((name) => `<attribute id="${name}" title="${name}" type="string"/>`).join('');
  const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  const nodes = shownNodes().map((node) => {
    const [r, g, b] = rgb(colourOfNode(node));
    const at = positionOf(node.id);
    return `<node id="${xml(node.iri)}" label="${xml(nameOf(node))}"><attvalues>${attribute('type', node.type)}${attribute('acronyms', (node.acronyms || []).join(' | '))}${attribute('community', String(node.community))}</attvalues><viz:color r="${r}" g="${g}" b="${b}"/><viz:position x="${at.x}" y="${-at.y}" z="0"/><viz:size value="${node.size}"/></node>`;
  });
  const edges = shownEdges().map((edge) => `<edge id="${xml(edge.iri)}" source="${xml(nodeOf.get(edge.from).iri)}" target="${xml(nodeOf.get(edge.to).iri)}" kind="${xml(edge.relation)}" label="${xml(relationLabel(edge))}"${isSymmetric(edge) ? ' type="undirected"' : ''}><attvalues>${attribute('relation', edge.relation)}${attribute('from', edge.start)}${attribute('to', edge.end)}${attribute('status', edge.status)}${attribute('sources', sourcesOf(edge))}${attribute('quotes', (edge.evidence || []).map((one) => one.quote || '').join(' | '))}</attvalues></edge>`);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<gexf xmlns="http://gexf.net/1.3" xmlns:viz="http://gexf.net/1.3/viz" version="1.3">\n<meta><description>${xml(MAP.title)}</description></meta>\n<graph defaultedgetype="directed" mode="static">\n<attributes class="node">${declare(['type', 'acronyms', 'community'])}</attributes>\n<attributes class="edge">${declare(['relation', 'from', 'to', 'status', 'sources', 'quotes'])}</attributes>\n<nodes>\n${nodes.join('\n')}\n</nodes>\n<edges>\n${edges.join('\n')}\n</edges>\n</graph>\n</gexf>\n`;
}

// the part of the picture that is in view, drawn again as vectors, with title and legend
function svg() {
  const scale = network.getScale(), centre = network.getViewPosition();
  const width = $('picture').clientWidth, height = $('picture').clientHeight;
  const screen = (p) => ({ x: (p.x - centre.x) * scale + width / 2, y: (p.y - centre.y) * scale + height / 2 });
  const marks = [];
  for (const bundle of drawn.bundles.values()) {
    const a = screen(positionOf(bundle.from)), b = screen(positionOf(bundle.to));
    marks.push(svgElement('line', { x1: a.x, y1: a.y, x2: b.x, y2: b.y, stroke: paleGrey, 'stroke-opacity': 0.5, 'stroke-width': 1 + Math.log2(1 + bundle.edges.length) }));
  }
  for (const edge of drawn.edges) marks.push(svgLink(edge, screen, scale));
  for (const group of drawn.groups) { const at = screen(positionOf(group.id)); marks.push(drawShape('dot', at.x, at.y, group.size * scale, communityColour(group.group))); }
  for (const node of drawn.nodes) {
    const at = screen(positionOf(node.id));
    const mark = drawShape(shapeOfNode(node), at.x, at.y, node.size * scale, colourOfNode(node));
    if (view.near && !view.near.has(node.id)) mark.setAttribute('opacity', 0.14);
    mark.append(svgElement('title', {}, [nameOf(node)]));
    marks.push(mark);
  }
  for (const label of chosenLabels || []) {
    const at = screen(label);
    label.words.forEach((line, i) => marks.push(svgElement('text', { x: at.x + label.dx, y: at.y + label.dy + (i + 0.86) * label.font * 1.14, 'font-size': label.font, 'font-weight': label.weight, 'text-anchor': 'middle', fill: label.colour, stroke: '#fff', 'stroke-width': 3, 'stroke-linejoin': 'round', 'paint-order': 'stroke' }, [line])));
  }
  const legend = svgLegend(width, height);
  const total = height + 34 + legend.height;
  const clip = svgElement('clipPath', { id: 'view' }, [svgElement('rect', { x: 0, y: 0, width, height })]);
  const root = svgElement('svg', { xmlns: SVG, width, height: total, viewBox: `0 0 ${width} ${total}`, 'font-family': 'Noto Sans, Segoe UI, Roboto, sans-serif' }, [
    svgElement('defs', {}, [clip]), svgElement('rect', { width, height: total, fill: '#fff' }),
    svgElement('text', { x: 12, y: 23, 'font-size': 17, 'font-weight': 600, fill: '#17212b' }, [MAP.title]),
    svgElement('g', { transform: 'translate(0 34)' }, [svgElement('g', { 'clip-path': 'url(#view)' }, marks), legend.mark]),
  ]);
  return { words: new XMLSerializer().serializeToString(root), width, height: total };
}
function svgLink(edge, screen, scale) {
  const ends = [positionOf(edge.from), positionOf(edge.to)];
  const [a, b] = ends.map(screen), c = screen(controlPoint(edge, ends));
  const colour = colourOfEdge(edge);
  const lit = isLit(edge), focus = Boolean(view.near);
  const far = Math.hypot(b.x - c.x, b.y - c.y) || 1;
  const ux = (b.x - c.x) / far, uy = (b.y - c.y) / far;
  const tip = { x: b.x - ux * nodeOf.get(edge.to).size * scale, y: b.y - uy * nodeOf.get(edge.to).size * scale };
  const parts = [svgElement('path', { d: edge.from === edge.to ? `M${a.x},${a.y} m0,${-nodeOf.get(edge.from).size * scale} a${12 * scale},${12 * scale} 0 1 1 1,0` : `M${a.x},${a.y} Q${c.x},${c.y} ${tip.x},${tip.y}`, fill: 'none', stroke: colour, 'stroke-width': (view.path && lit ? 4 : focus && lit ? 2 : 1.3) * scale, 'stroke-dasharray': dashesOfEdge(edge) ? dashesOfEdge(edge).map((n) => n * scale).join(' ') : null })];
  if (!isSymmetric(edge)) {
    const size = 7 * scale;
    parts.push(svgElement('polygon', { points: [[0, 0], [-size, size * 0.4], [-size, -size * 0.4]].map(([dx, dy]) => `${tip.x + ux * dx - uy * dy},${tip.y + uy * dx + ux * dy}`).join(' '), fill: colour }));
  }
  parts.push(svgElement('title', {}, [`${nameOf(nodeOf.get(edge.from))} – ${relationLabel(edge)} – ${nameOf(nodeOf.get(edge.to))} (${sourcesOf(edge)})`]));
  return svgElement('g', { opacity: lit ? (focus ? 0.95 : 0.5) : 0.07 }, parts);
}
function svgLegend(width, top) {
  const entries = [
    ...MAP.types.filter((type) => drawn.nodes.some((node) => node.type === type.id)).map((type) => [drawShape(type.shape, 8, 0, 6, state.colour === 'type' ? type.colour : paleGrey), labelOf(type)]),
    ...[...familyOf].filter(([id]) => drawn.edges.some((edge) => relationOf.get(edge.relation).family === id)).map(([, family]) => [svgElement('line', { x1: 0, x2: 18, y1: 0, y2: 0, stroke: family.colour, 'stroke-width': 2.5 }), family[state.lang]]),
    ...MAP.statuses.filter((status) => status.dashes && drawn.edges.some((edge) => edge.status === status.id)).map((status) => [svgElement('line', { x1: 0, x2: 18, y1: 0, y2: 0, stroke: '#3B4652', 'stroke-width': 2.5, 'stroke-dasharray': status.dashes.join(' ') }), word('status', status.id)]),
  ];
  let x = 12, y = top + 20;
  const marks = entries.map(([mark, words]) => {
    const wide = 34 + words.length * 7;
    if (x + wide > width && x > 12) { x = 12; y += 20; }
    const made = svgElement('g', { transform: `translate(${x} ${y})` }, [mark, svgElement('text', { x: 23, y: 4, 'font-size': 12, fill: '#17212b' }, [words])]);
    x += wide;
    return made;
  });
  return { mark: svgElement('g', {}, marks), height: y - top + 16 };
}

function png() {
  const picture = svg();
  const image = new Image();
  const address = URL.createObjectURL(new Blob([picture.words], { type: 'image/svg+xml' }));
  image.addEventListener('load', () => {
    const sharp = Math.min(3, 8000 / Math.max(picture.width, picture.height));
    const canvas = element('canvas', { width: Math.round(picture.width * sharp), height: Math.round(picture.height * sharp) });
    canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
    URL.revokeObjectURL(address);
    canvas.toBlob((blob) => save('map.png', blob));
  });
  image.src = address;
}

const EXPORTS = {
  csv: () => save('links.csv', [csv()], 'text/csv;charset=utf-8'),
  gexf: () => save('map.gexf', [gexf()], 'application/xml'),
  svg: () => save('map.svg', [svg().words], 'image/svg+xml'),
  png,
};
function startExports() {
  for (const button of document.querySelectorAll('[data-export]')) button.addEventListener('click', EXPORTS[button.dataset.export]);
}
