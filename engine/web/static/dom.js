// Making elements, and changing them only where something changed.

const HUGE = 20;

/** Make an element: `make("p.value", {title: "x"}, "text", child)`. */
export function make(what, attributes = {}, ...children) {
  const [name, ...classes] = what.split(".");
  const element = document.createElement(name);
  element.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null) element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

/** Set a text, if it is another one. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Set whether a button is pressed, as is seen and as is read out. */
export function press(button, on) {
  button.setAttribute("aria-pressed", String(on));
}

/** An address or a name as what may be broken at its separators; a word stays whole unless it is huge. */
export function breakable(text) {
  const words = text.split(/(?=[/ ])/).filter(Boolean);
  const parts = words.flatMap((word) => (word.length > HUGE ? word.split(/(?<=[._:-])(?=[^._:-])/) : [word]));
  return parts.flatMap((part, index) => (index ? [document.createElement("wbr"), part] : [part]));
}

export const find = (id) => document.getElementById(id);
