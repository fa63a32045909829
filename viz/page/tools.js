// Small tools. Text reaches the page through textContent only, so no name can act as HTML.
const SVG = 'http://www.w3.org/2000/svg';
const $ = (id) => document.getElementById(id);

function element(tag, properties = {}, children = []) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === 'text') made.textContent = value;
    else if (name === 'click') made.addEventListener('click', value);
    else made.setAttribute(name, value === true ? '' : value);
  }
  for (const child of children) if (child) made.append(child);
  return made;
}

function svgElement(tag, attributes, children = []) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null && value !== undefined) made.setAttribute(name, value);
  for (const child of children) made.append(child);
  return made;
}

// only addresses of the web: javascript:, data: and the like never become links
function webAddress(address) {
  try {
    const url = new URL(address);
    return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null;
  } catch {
    return null;
  }
}

function webLink(address, words) {
  const href = webAddress(address);
  return href ? element('a', { href, target: '_blank', rel: 'noopener noreferrer', text: words, dir: 'auto' }) : element('span', { text: words, dir: 'auto' });
}

// without accents and case: "Economique" finds "Économique"
const fold = (words) => String(words).normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/[’‘]/g, "'");

function save(name, parts, type) {
  const blob = parts instanceof Blob ? parts : new Blob(parts, { type });
  const link = element('a', { href: URL.createObjectURL(blob), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

const count = (map, key) => map.set(key, (map.get(key) || 0) + 1);
