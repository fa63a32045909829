// Names on the picture. They are chosen when the picture rests: the best connected first, each where it covers neither
// another name nor a dot; what finds no room is left out until the reader comes closer. While the picture moves, the
// chosen ones are drawn again as they are, so that a frame costs little. Names of relations come last and give way.
const FONT = 'system-ui, "Segoe UI", Roboto, "Noto Sans", "Noto Sans Arabic", sans-serif';
const NAME_LIMIT = 160;
const TINY = 1.8; // pixels; smaller dots neither need a name nor keep one away
let chosenLabels = null;
let chosenScale = 0;
let restTimer = 0;

function forgetLabels() { chosenLabels = null; if (network) network.redraw(); }
function labelsMoving() {
  clearTimeout(restTimer);
  restTimer = setTimeout(forgetLabels, 120);
}

// one line up to 20 letters, else two, cut at a space
function lines(name) {
  if (name.length <= 20) return [name];
  const words = name.split(/\s+/);
  const out = [''];
  for (const word of words) {
    const line = out[out.length - 1];
    if (!line || line.length + word.length < 20) out[out.length - 1] = line ? `${line} ${word}` : word;
    else if (out.length < 2) out.push(word);
    else { out[1] = `${out[1]}…`; break; }
  }
  return out.map((line) => (line.length > 24 ? `${line.slice(0, 23)}…` : line));
}

// taken rectangles, in a grid, so that a new one is compared with its neighbours only
function makeRoom() {
  const cells = new Map();
  const CELL = 64;
  const each = (box, act) => {
    for (let i = Math.floor(box[0] / CELL); i <= Math.floor(box[2] / CELL); i += 1) for (let j = Math.floor(box[1] / CELL); j <= Math.floor(box[3] / CELL); j += 1) if (act(`${i},${j}`)) return true;
    return false;
  };
  return {
    overlaps: (box, owner) => { let found = 0; each(box, (key) => { for (const other of cells.get(key) || []) if (other.owner !== owner && box[0] < other.box[2] && box[2] > other.box[0] && box[1] < other.box[3] && box[3] > other.box[1]) found += 1; return false; }); return found; },
    take: (box, owner) => each(box, (key) => { if (!cells.has(key)) cells.set(key, []); cells.get(key).push({ box, owner }); return false; }),
  };
}

function chooseLabels(context) {
  const scale = network.getScale();
  const centre = network.getViewPosition();
  const width = $('picture').clientWidth, height = $('picture').clientHeight;
  const screen = (p) => ({ x: (p.x - centre.x) * scale + width / 2, y: (p.y - centre.y) * scale + height / 2 });
  const inside = (p) => p.x > -20 && p.x < width + 20 && p.y > -20 && p.y < height + 20;
  const things = [
    ...drawn.groups.map((group) => ({ id: group.id, words: [...lines(shortName(group.members[0])), `(${group.shown})`], size: group.size, weight: 1e6 + group.shown, group: true, lit: !view.near })),
    ...drawn.nodes.map((node) => ({ id: node.id, words: lines(shortName(node)), size: node.size, weight: edgesAt.get(node.id).length, lit: !view.near || view.near.has(node.id) })),
  ].filter((thing) => inside(screen(positionOf(thing.id))));
  const ends = state.edge ? [edgeOf.get(state.edge).from, edgeOf.get(state.edge).to] : [];
  for (const thing of things) {
    const at = screen(positionOf(thing.id));
    Object.assign(thing, { at, radius: thing.size * scale, must: thing.id === state.node || ends.includes(thing.id) || Boolean(view.path && view.near.has(thing.id)) });
  }
  things.sort((a, b) => b.must - a.must || b.weight - a.weight);
  // hubs are named even where a small dot is in the way; the others give way to every dot
  const lit = things.filter((thing) => thing.lit);
  lit.forEach((thing, i) => { thing.hub = thing.must || i < Math.min(15, Math.max(3, lit.length / 8)); thing.bear = thing.must ? Infinity : i < 6 ? 99 : thing.hub ? 25 : 0; });
  const names = makeRoom(), dots = makeRoom();
  for (const thing of lit) {
    const { at } = thing, half = thing.radius * 0.85;
    if (thing.radius >= TINY || thing.hub) (thing.hub ? names : dots).take([at.x - half, at.y - half, at.x + half, at.y + half], thing.id);
  }
  const found = [];
  for (const thing of lit) {
    if (found.length >= NAME_LIMIT) break;
    if (thing.radius < TINY && !thing.hub) continue;
    const size = thing.group ? 12 : Math.max(11, Math.min(15, 10 + thing.size * 0.17));
    const weight = thing.group || thing.must || thing.size > 18 ? 600 : 400;
    const { words } = thing;
    context.font = `${weight} ${size}px ${FONT}`;
    const wide = Math.max(...words.map((line) => context.measureText(line).width)) + 4;
    const high = words.length * size * 1.14 + 2;
    const { at, radius } = thing;
    const spots = [
      { x: at.x, y: at.y + radius + 2 }, { x: at.x, y: at.y - radius - 2 - high },
      { x: at.x + radius + 3 + wide / 2, y: at.y - high / 2 }, { x: at.x - radius - 3 - wide / 2, y: at.y - high / 2 },
    ];
    if (thing.hub) for (const dx of [-1, 1]) for (const dy of [radius * 0.7, -radius * 0.7 - high]) spots.push({ x: at.x + dx * (radius * 0.7 + wide / 2), y: at.y + dy });
    let best = null;
    for (const spot of spots) {
      const box = [spot.x - wide / 2, spot.y, spot.x + wide / 2, spot.y + high];
      const outside = box[0] < 0 || box[2] > width || box[1] < 0 || box[3] > height;
      const cost = 100 * names.overlaps(box, thing.id) + 8 * dots.overlaps(box, thing.id) + (outside ? 60 : 0);
      if (!best || cost < best.cost) best = { spot, box, cost };
      if (!cost) break;
    }
    if (best.cost > thing.bear) continue;
    names.take(best.box, `label ${thing.id}`);
    const place = positionOf(thing.id);
    found.push({ id: thing.id, words, font: size, weight, dx: best.spot.x - at.x, dy: best.spot.y - at.y, x: place.x, y: place.y, colour: '#14202b' });
  }
  for (const thing of lit) if (!thing.hub) names.take([thing.at.x - thing.radius, thing.at.y - thing.radius, thing.at.x + thing.radius, thing.at.y + thing.radius], thing.id);
  if (view.near) chooseRelationNames(context, names, screen, found);
  return found;
}

function chooseRelationNames(context, room, screen, found) {
  const size = 11;
  context.font = `400 ${size}px ${FONT}`;
  for (const edge of drawn.edges) {
    if (!isLit(edge) || found.length > NAME_LIMIT * 1.5) continue;
    const name = relationLabel(edge);
    const wide = context.measureText(name).width + 4;
    for (const t of [0.5, 0.6, 0.4, 0.7, 0.3]) {
      const place = pointOnEdge(edge, t);
      const at = screen(place);
      const box = [at.x - wide / 2, at.y - size / 2 - 1, at.x + wide / 2, at.y + size / 2 + 1];
      if (room.overlaps(box, null)) continue;
      room.take(box, edge.id);
      found.push({ id: edge.id, words: [name], font: size, weight: 400, dx: 0, dy: -size / 2, x: place.x, y: place.y, colour: colourOfEdge(edge) });
      break;
    }
  }
}

function drawLabels(context) {
  const scale = network.getScale();
  if (!chosenLabels) { chosenLabels = chooseLabels(context); chosenScale = scale; }
  context.save();
  context.textAlign = 'center';
  context.textBaseline = 'top';
  context.lineJoin = 'round';
  context.strokeStyle = LETTER_HALO;
  context.lineWidth = 3 / scale;
  for (const label of chosenLabels) {
    context.font = `${label.weight} ${label.font / scale}px ${FONT}`;
    context.fillStyle = label.colour;
    label.words.forEach((line, i) => {
      const x = label.x + label.dx / scale, y = label.y + (label.dy + i * label.font * 1.14) / scale;
      context.strokeText(line, x, y);
      context.fillText(line, x, y);
    });
  }
  context.restore();
  if (Math.abs(scale - chosenScale) > 1e-9) labelsMoving();
}
