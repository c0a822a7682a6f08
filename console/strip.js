/** The last minute as a strip: how the connection stood, and on it a dot for each message. */

const SPAN_MS = 60_000;
const TICK_MS = 250;
const SVG = 'http://www.w3.org/2000/svg';

export class Strip {
  #svg;
  #bands = []; // {state, from, to}; the last one is open: to is undefined
  #dots = []; // {at, kind}

  constructor(svg) {
    this.#svg = svg;
    setInterval(() => document.hidden || this.#draw(), TICK_MS);
  }

  /** offline, trying or connected, from now on. */
  state(state) {
    const now = Date.now();
    if (this.#bands.length) this.#bands.at(-1).to = now;
    this.#bands.push({ state, from: now });
    this.#draw();
  }

  /** A message published at `at` (the sender's clock): live, missed or mine. */
  dot(at, kind) {
    this.#dots.push({ at: Math.min(at, Date.now()), kind });
    this.#draw();
  }

  #draw() {
    const now = Date.now();
    const start = now - SPAN_MS;
    const width = this.#svg.clientWidth || 300;
    const x = (at) => ((Math.max(at, start) - start) / SPAN_MS) * width;
    this.#bands = this.#bands.filter((band) => (band.to ?? now) > start);
    this.#dots = this.#dots.filter((dot) => dot.at > start);
    this.#svg.setAttribute('viewBox', `0 0 ${width} 30`);
    this.#svg.replaceChildren(
      ...this.#bands.map(({ state, from, to = now }) =>
        shape('rect', `band ${state}`, { x: x(from), y: 4, width: Math.max(1, x(to) - x(from)), height: 22 }),
      ),
      ...this.#dots.map(({ at, kind }) => shape('circle', `dot ${kind}`, { cx: x(at), cy: 15, r: 3.5 })),
    );
  }
}

function shape(tag, className, attributes) {
  const made = document.createElementNS(SVG, tag);
  made.setAttribute('class', className);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
