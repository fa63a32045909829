// The legend is the filter: each row says how a thing looks, how many there are, and hides them when unticked.
function row(icon, words, number, shown, change) {
  const box = element('input', { type: 'checkbox' });
  box.checked = shown;
  box.addEventListener('change', () => change(box.checked));
  return element('label', { class: 'row' }, [box, icon, element('span', { text: words, dir: 'auto' }), element('span', { class: 'count', text: String(number) })]);
}
function switcher(set, value) {
  return (on) => { if (on) set.delete(value); else set.add(value); update(); };
}

function showLegend() {
  $('types').replaceChildren(...MAP.types.map((type) => row(shapeIcon(type.shape, state.colour === 'type' ? type.colour : paleGrey), labelOf(type), type.count, !state.hiddenTypes.has(type.id), switcher(state.hiddenTypes, type.id))));
  const byFamily = [];
  for (const [id, family] of familyOf) {
    const relations = MAP.relations.filter((relation) => relation.family === id);
    if (!relations.length) continue;
    byFamily.push(element('div', { class: 'family', text: family[state.lang] }));
    for (const relation of relations) byFamily.push(row(lineIcon(family.colour, null, !relation.symmetric), labelOf(relation), relation.count, !state.hiddenRelations.has(relation.id), switcher(state.hiddenRelations, relation.id)));
  }
  $('relations').replaceChildren(...byFamily);
  $('statuses').replaceChildren(...MAP.statuses.map((status) => row(lineIcon('#3B4652', status.dashes, false), word('status', status.id), status.count, !state.hiddenStatuses.has(status.id), switcher(state.hiddenStatuses, status.id))));
  showCommunities();
}

// a community is named after its best connected member
function showCommunities() {
  const holder = $('communities');
  holder.hidden = state.colour !== 'community';
  if (holder.hidden) return;
  const numbers = [...groupMembers.keys()].sort((a, b) => a - b);
  const named = numbers.filter((group) => group < MAP.communityColours.length && groupMembers.get(group).length > 1);
  const rest = numbers.filter((group) => !named.includes(group)).reduce((sum, group) => sum + groupMembers.get(group).length, 0);
  const line = (colour, words, number, group) => element('div', { class: 'row' }, [shapeIcon('dot', colour), group === null ? element('span', { text: words }) : element('button', { type: 'button', class: 'plain', dir: 'auto', text: words, click: () => choose({ node: groupMembers.get(group)[0].id }, true) }), element('span', { class: 'count', text: String(number) })]);
  holder.replaceChildren(...named.map((group) => line(communityColour(group), `${text('group')} ${shortName(groupMembers.get(group)[0])}`, groupMembers.get(group).length, group)));
  if (rest) holder.append(line(paleGrey, text('small'), rest, null));
}

function showYears() {
  $('years-shown').textContent = DATED ? `${state.year0} – ${state.year1}` : text('noYears');
  $('undated').checked = state.undated;
  $('undated-count').textContent = String(UNDATED);
  for (const [id, value] of [['year-from', state.year0], ['year-to', state.year1]]) {
    $(id).disabled = !DATED || FIRST_YEAR === LAST_YEAR;
    if (!DATED) continue;
    $(id).min = FIRST_YEAR;
    $(id).max = LAST_YEAR;
    $(id).value = value;
    $(id).setAttribute('aria-valuetext', String(value));
  }
  // both thumbs at the right end: the left one must stay within reach
  $('year-from').style.zIndex = DATED && state.year0 > (FIRST_YEAR + LAST_YEAR) / 2 ? 3 : 1;
}
function showPath() {
  const words = (label, id) => `${text(label)}: ${id ? shortName(nodeOf.get(id)) : text('choose')}`;
  $('path-from').textContent = words('pathFrom', state.from);
  $('path-to').textContent = words('pathTo', state.to);
  for (const id of ['path-from', 'path-to']) $(id).disabled = !state.node;
  $('path-clear').disabled = !state.from && !state.to;
}

// the selected node becomes an end of the path; once there are two, the whole path is brought into view
function setPath(end) {
  state[end] = state.node;
  update();
  if (view.path) lookAtAll(view.path.nodes);
}

function startLegend() {
  $('year-from').addEventListener('input', () => { state.year0 = +$('year-from').value; state.year1 = Math.max(state.year0, state.year1); update(); });
  $('year-to').addEventListener('input', () => { state.year1 = +$('year-to').value; state.year0 = Math.min(state.year0, state.year1); update(); });
  $('undated').addEventListener('change', () => { state.undated = $('undated').checked; update(); });
  $('colour-by').addEventListener('change', () => { state.colour = $('colour-by').value; showLegend(); update(); });
  $('path-from').addEventListener('click', () => setPath('from'));
  $('path-to').addEventListener('click', () => setPath('to'));
  $('path-clear').addEventListener('click', () => { state.from = null; state.to = null; update(); });
  $('reset').addEventListener('click', () => { startState(); everything(); fit(); });
}
