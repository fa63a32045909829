// Colours, shapes and the curves of links: for the canvas, the legend and the SVG alike.
const LETTER_HALO = '#ffffff';
const paleGrey = '#A9B2BA';

function communityColour(group) {
  return group < MAP.communityColours.length ? MAP.communityColours[group] : paleGrey;
}
const colourOfNode = (node) => (state.colour === 'community' ? communityColour(node.community) : typeOf.get(node.type).colour);
const shapeOfNode = (node) => typeOf.get(node.type).shape;
const colourOfEdge = (edge) => familyOf.get(relationOf.get(edge.relation).family).colour;
const dashesOfEdge = (edge) => statusOf.get(edge.status || '').dashes || false;

// Links between the same two fan out around the straight line. `bend` is the distance (pixels) of the curve's middle
// from it, positive on one side whichever way the link points.
const APART = 13;
function bendOf(edge) {
  const bundle = parallel.get(between(edge));
  const place = bundle.indexOf(edge) - (bundle.length - 1) / 2;
  const step = bundle.length > 5 ? (APART * 5) / bundle.length : APART;
  return place * Math.max(step, 7) * (edge.from < edge.to ? 1 : -1);
}

// vis-network's own curve (curvedCW with a roundness) that has this bend
function roundness(edge, ends) {
  const length = Math.hypot(ends[1].x - ends[0].x, ends[1].y - ends[0].y) || 1;
  return Math.min(0.9, Math.abs(bendOf(edge)) / (0.39 * length));
}
function smoothOf(edge, ends) {
  const bend = bendOf(edge);
  if (Math.abs(bend) < 0.5 || edge.from === edge.to) return { enabled: false, type: 'curvedCW', roundness: 0 };
  return { enabled: true, type: bend > 0 ? 'curvedCW' : 'curvedCCW', roundness: roundness(edge, ends) };
}

// the point that pulls the curve (quadratic Bézier), as vis-network computes it
function controlPoint(edge, ends) {
  const [a, b] = ends;
  const smooth = smoothOf(edge, ends);
  if (!smooth.enabled) return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
  const factor = smooth.roundness;
  const length = Math.hypot(b.x - a.x, b.y - a.y);
  const angle = Math.atan2(a.y - b.y, b.x - a.x) + ((smooth.type === 'curvedCW' ? factor : -factor) * 0.5 + 0.5) * Math.PI;
  const reach = (factor * 0.5 + 0.5) * length;
  return { x: a.x + reach * Math.sin(angle), y: a.y + reach * Math.cos(angle) };
}
function pointOnEdge(edge, t) {
  const ends = [positionOf(edge.from), positionOf(edge.to)];
  const [a, b] = ends;
  if (edge.from === edge.to) { const size = nodeOf.get(edge.from).size; return { x: a.x + size * 0.5, y: a.y - size * 1.6 - 8 }; }
  const c = controlPoint(edge, ends);
  const one = (1 - t) * (1 - t), two = 2 * (1 - t) * t, three = t * t;
  return { x: one * a.x + two * c.x + three * b.x, y: one * a.y + two * c.y + three * b.y };
}

const SHAPES = {
  square: [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]],
  diamond: [[0, -1.1], [1.1, 0], [0, 1.1], [-1.1, 0]],
  triangle: [[0, -1.15], [1.1, 0.8], [-1.1, 0.8]],
  triangleDown: [[0, 1.15], [1.1, -0.8], [-1.1, -0.8]],
  hexagon: [[-1, 0], [-0.5, -0.87], [0.5, -0.87], [1, 0], [0.5, 0.87], [-0.5, 0.87]],
  star: Array.from({ length: 10 }, (_, i) => [Math.sin((i * Math.PI) / 5) * (i % 2 ? 0.5 : 1.25), -Math.cos((i * Math.PI) / 5) * (i % 2 ? 0.5 : 1.25)]),
};
function drawShape(shape, x, y, radius, colour) {
  const corners = Object.hasOwn(SHAPES, shape) ? SHAPES[shape] : null;
  const style = { fill: colour, stroke: '#fff', 'stroke-width': 1 };
  if (!corners) return svgElement('circle', { cx: x, cy: y, r: radius, ...style });
  return svgElement('polygon', { points: corners.map(([dx, dy]) => `${(x + dx * radius).toFixed(1)},${(y + dy * radius).toFixed(1)}`).join(' '), ...style });
}
function shapeIcon(shape, colour) {
  return svgElement('svg', { width: 17, height: 17, viewBox: '0 0 17 17', 'aria-hidden': 'true' }, [drawShape(shape, 8.5, 8.5, 6.3, colour)]);
}
function lineIcon(colour, dashes, arrow) {
  const parts = [svgElement('line', { x1: 0, y1: 5, x2: arrow ? 20 : 26, y2: 5, stroke: colour, 'stroke-width': 2.5, 'stroke-dasharray': dashes ? dashes.join(' ') : null })];
  if (arrow) parts.push(svgElement('polygon', { points: '26,5 18,1.2 18,8.8', fill: colour }));
  return svgElement('svg', { width: 27, height: 10, 'aria-hidden': 'true' }, parts);
}
