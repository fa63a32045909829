// Search with suggestions: all names in all languages, and acronyms; every word typed must occur.
const SUGGESTIONS = 12;
const searchable = NODES.map((node) => ({ node, words: fold([...Object.values(node.names), ...(node.acronyms || [])].join(' \n ')), exact: new Set([...Object.values(node.names), ...(node.acronyms || [])].map(fold)) }));
let hits = [];
let marked = -1;

function find(query) {
  const whole = fold(query.trim());
  const words = whole.split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  const rank = (entry) => (entry.exact.has(whole) ? 0 : [...entry.exact].some((name) => name.startsWith(whole)) ? 1 : 2);
  return searchable
    .filter((entry) => words.every((one) => entry.words.includes(one)))
    .map((entry) => ({ node: entry.node, rank: rank(entry) }))
    .sort((a, b) => a.rank - b.rank || edgesAt.get(b.node.id).length - edgesAt.get(a.node.id).length)
    .slice(0, SUGGESTIONS)
    .map((entry) => entry.node);
}

function closeSuggestions() {
  $('suggestions').hidden = true;
  $('query').setAttribute('aria-expanded', 'false');
  $('query').removeAttribute('aria-activedescendant');
  marked = -1;
}
function take(node) {
  closeSuggestions();
  $('query').value = nameOf(node);
  if (state.hiddenTypes.delete(node.type)) showLegend();
  choose({ node: node.id }, true);
}
function suggest() {
  const query = $('query').value;
  if (!query.trim()) { closeSuggestions(); return; }
  hits = find(query);
  marked = -1;
  const option = (node, i) => {
    const made = element('li', { role: 'option', id: `option-${i}`, 'aria-selected': 'false' }, [shapeIcon(shapeOfNode(node), typeOf.get(node.type).colour), ' ', element('span', { text: nameOf(node), dir: 'auto' }), element('small', { text: ` ${[...(node.acronyms || []).slice(0, 2), labelOf(typeOf.get(node.type))].join(' · ')}` })]);
    made.addEventListener('mousedown', (event) => { event.preventDefault(); take(node); });
    return made;
  };
  $('suggestions').replaceChildren(...(hits.length ? hits.map(option) : [element('li', { role: 'option', 'aria-disabled': 'true', text: text('noHit') })]));
  $('suggestions').hidden = false;
  $('query').setAttribute('aria-expanded', 'true');
}
function mark(step) {
  if (!hits.length || $('suggestions').hidden) return;
  marked = (marked + step + hits.length) % hits.length;
  [...$('suggestions').children].forEach((item, i) => {
    item.setAttribute('aria-selected', String(i === marked));
    if (i === marked) { $('query').setAttribute('aria-activedescendant', item.id); item.scrollIntoView({ block: 'nearest' }); }
  });
}
function startSearch() {
  $('query').addEventListener('input', suggest);
  $('query').addEventListener('blur', closeSuggestions);
  $('query').addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown') { event.preventDefault(); mark(marked < 0 ? 1 : 1); }
    else if (event.key === 'ArrowUp') { event.preventDefault(); mark(marked < 0 ? 0 : -1); }
    else if (event.key === 'Enter' && hits.length && !$('suggestions').hidden) take(hits[Math.max(0, marked)]);
    else if (event.key === 'Escape') closeSuggestions();
  });
}
