// Elements. Every text of the region (names, log lines, commit messages, tags) becomes a text node here, never markup.

const SVG = 'http://www.w3.org/2000/svg';

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'style') for (const [key, one] of Object.entries(value)) element.style.setProperty(key, one);
    else if (name === 'value' && 'value' in element) element.value = value;
    else if (name === 'checked' || name === 'disabled' || name === 'selected') element[name] = Boolean(value);
    else if (name === 'href' && !safe(String(value))) continue;
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  append(element, children);
  return element;
}

/** Only addresses within the page, and the web's: no javascript:, no data:. */
function safe(address) {
  return address.startsWith('#') || address.startsWith('blob:') || /^https?:\/\//.test(address);
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
}

/** h('a', {href: '#/builds', class: 'x', onclick: f}, 'text', node, …) */
export function h(name, attributes, ...children) {
  return fill(document.createElement(name), attributes, children);
}

export function svg(name, attributes, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

/** Has the element hold what `render` makes of `state`, anew only when the state is another than last time; so focus, selection and the
 *  reader's place stay while a page is live. What had the focus has it again where its id or data-key is there again. */
export function paint(element, state, render) {
  const print = JSON.stringify(state);
  if (element.painted === print) return;
  element.painted = print;
  const active = element.contains(document.activeElement) ? document.activeElement : null;
  const key = active && (active.id ? '#' + CSS.escape(active.id) : active.dataset.key ? `[data-key="${CSS.escape(active.dataset.key)}"]` : null);
  const places = [...element.querySelectorAll('[data-scroll]')].map((one) => [one.dataset.scroll, one.scrollLeft, one.scrollTop]);
  element.replaceChildren();
  append(element, [render()]);
  if (key) element.querySelector(key)?.focus({preventScroll: true});
  for (const [name, left, top] of places) {
    const one = element.querySelector(`[data-scroll="${CSS.escape(name)}"]`);
    if (one) { one.scrollLeft = left; one.scrollTop = top; }
  }
}

/** Exchanges all that is in the element. */
export function put(element, ...children) {
  element.painted = undefined;
  element.replaceChildren();
  append(element, children);
  return element;
}
