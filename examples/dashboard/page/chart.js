/** One chart of the last minute: a line, its caught-up points in gold, and bands where this tab was away. */

import uPlot from './uplot.js';

const SPAN_S = 60;
const HEIGHT_PX = 190;

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`);
const FONT = '12px system-ui, sans-serif';

export class Chart {
  #missed;
  #plot;
  #value;
  #unit;

  /**
   * @param max of the scale, or null: as much as there is
   * @param missed of each point, whether it was caught up
   * @param away of each absence {from, to}, in seconds
   */
  constructor(parent, { title, unit, max = null }, missed, away) {
    this.#missed = missed;
    const card = document.createElement('section');
    card.className = 'chart';
    card.innerHTML = '<header><h2></h2><p class="value">–</p></header><div class="plot"></div>';
    card.querySelector('h2').textContent = title;
    parent.append(card);
    this.#value = card.querySelector('.value');
    this.#unit = unit;
    const place = card.querySelector('.plot');
    const axis = { stroke: () => colour('soft'), font: FONT, grid: { stroke: () => colour('edge'), width: 1 }, ticks: { show: false } };
    this.#plot = new uPlot(
      {
        width: place.clientWidth,
        height: HEIGHT_PX,
        legend: { show: false },
        cursor: { sync: { key: 'all' }, drag: { x: false, y: false }, y: false },
        scales: {
          x: { range: () => [Date.now() / 1000 - SPAN_S, Date.now() / 1000] },
          y: { range: (_, __, most) => [0, max ?? Math.max(10, most * 1.15)] },
        },
        axes: [
          { ...axis, values: (_, seconds) => seconds.map((at) => new Date(at * 1000).toLocaleTimeString()), space: 90 },
          { ...axis, size: 46 },
        ],
        series: [
          {},
          { stroke: () => colour('line'), fill: () => colour('fill'), width: 2, points: { show: false } },
          { stroke: () => colour('missed'), width: 0, paths: () => null, points: { show: true, size: 6, fill: () => colour('missed') } },
        ],
        hooks: { drawClear: [(plot) => drawBands(plot, away)] },
      },
      [[], [], []],
      place,
    );
    new ResizeObserver(() => this.#plot.setSize({ width: place.clientWidth, height: HEIGHT_PX })).observe(place);
  }

  draw(times, values) {
    this.#plot.setData([times, values, values.map((value, i) => (this.#missed[i] ? value : null))]);
    const last = values.findLast((value) => value != null);
    if (last === undefined) return;
    this.#value.textContent = last < 10 ? last.toFixed(1) : Math.round(last);
    const unit = document.createElement('span');
    unit.textContent = ` ${this.#unit}`;
    this.#value.append(unit);
  }
}

function drawBands(plot, away) {
  const { ctx, bbox } = plot;
  ctx.fillStyle = colour('away');
  for (const { from, to = Date.now() / 1000 } of away) {
    const left = Math.max(bbox.left, plot.valToPos(from, 'x', true));
    const right = plot.valToPos(to, 'x', true);
    if (right > left) ctx.fillRect(left, bbox.top, right - left, bbox.height);
  }
}
