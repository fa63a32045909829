// The same links as a table: for reading, for a screen reader, for print. One row a link that is shown.
const ROWS = 1000;
const sorting = { column: null, down: false };
const COLUMNS = [
  ['from', (edge) => nameOf(nodeOf.get(edge.from))],
  ['relation', relationLabel],
  ['to', (edge) => nameOf(nodeOf.get(edge.to))],
  ['dates', datesOf],
  ['status', (edge) => (edge.status ? word('status', edge.status) : '')],
  ['document', (edge) => (edge.evidence || []).map(documentName).join(' ; ')],
  ['paragraph', (edge) => (edge.evidence || []).map(placeOf).join(' ; ')],
];

function tableEdges() {
  const edges = shownEdges();
  if (!sorting.column) return edges;
  const cell = COLUMNS.find(([key]) => key === sorting.column)[1];
  const keyed = edges.map((edge) => [cell(edge), edge]);
  keyed.sort((a, b) => a[0].localeCompare(b[0], state.lang, { numeric: true }) * (sorting.down ? -1 : 1));
  return keyed.map((one) => one[1]);
}
function tableRow(edge) {
  const cells = COLUMNS.map(([key, cell]) => {
    if (key === 'from') return element('td', {}, [linkToNode(edge.from)]);
    if (key === 'to') return element('td', {}, [linkToNode(edge.to)]);
    if (key === 'relation') return element('td', {}, [element('button', { type: 'button', class: 'plain', text: cell(edge), click: () => choose({ edge: edge.id }, true) })]);
    return element('td', { text: cell(edge), dir: 'auto' });
  });
  return element('tr', { class: edge.id === state.edge ? 'chosen' : null }, cells);
}
function showTable() {
  $('table-toggle').textContent = text(state.table ? 'hideTable' : 'showTable');
  $('table-toggle').setAttribute('aria-expanded', String(state.table));
  const holder = $('table-body');
  holder.hidden = !state.table;
  if (!state.table) { holder.replaceChildren(); return; }
  const heads = COLUMNS.map(([key]) => {
    const on = sorting.column === key;
    return element('th', { scope: 'col', 'aria-sort': on ? (sorting.down ? 'descending' : 'ascending') : null }, [element('button', { type: 'button', title: text('sort'), text: `${text(key)}${on ? (sorting.down ? ' ↓' : ' ↑') : ''}`, click: () => { sorting.down = on && !sorting.down; sorting.column = key; showTable(); } })]);
  });
  const edges = tableEdges();
  const body = element('tbody', {}, edges.slice(0, ROWS).map(tableRow));
  holder.replaceChildren(element('table', {}, [element('thead', {}, [element('tr', {}, heads)]), body]));
  if (edges.length > ROWS) {
    const button = element('button', { type: 'button', text: `${text('more')} (${edges.length})`, click: () => { button.remove(); body.append(...edges.slice(ROWS).map(tableRow)); } });
    holder.append(button);
  }
}
function startTable() {
  $('table-toggle').addEventListener('click', () => { state.table = !state.table; showTable(); writeAddress(); });
}
