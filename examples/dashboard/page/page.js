/** The page of the dashboard: what the channel keeps, then what comes, without a hole between them. */

import { connect } from './byssus.js'; // in a project of your own: from '@byssus/client'
import { Chart } from './chart.js';

const CHANNEL = 'dashboard';
const POINTS_MAX = 200;
const DRAW_MS = 250;

const $ = (id) => document.getElementById(id);

// The points: a column for each value, as the charts want them.

const points = { at: [], cpu: [], memory: [], answerMs: [], lateMs: [], missed: [] };
const away = []; // {from, to}, in seconds
const charts = {
  cpu: new Chart($('charts'), { title: 'Processors busy', unit: '%', max: 100 }, points.missed, away),
  memory: new Chart($('charts'), { title: 'Memory used', unit: '%', max: 100 }, points.missed, away),
  answerMs: new Chart($('charts'), { title: 'A publication is answered after', unit: 'ms' }, points.missed, away),
  lateMs: new Chart($('charts'), { title: 'A point is here after', unit: 'ms' }, points.missed, away),
};
let shown = 0;
let missing = 0;
let last = null;

function add(point, { missed = false, lateMs } = {}) {
  // The producer counts: the sum of all leaps is what this page has not seen.
  if (last?.run === point.run) missing += point.number - last.number - 1;
  last = point;
  // What is not known is left out of the line; null would break it.
  const row = { ...point, at: point.at / 1000, answerMs: point.answerMs ?? undefined, missed, lateMs };
  for (const [name, column] of Object.entries(points)) {
    column.push(row[name]);
    if (column.length > POINTS_MAX) column.shift();
  }
  $('count').textContent = `${++shown} points, ${missing} missing`;
}

setInterval(() => {
  for (const [name, chart] of Object.entries(charts)) chart.draw(points.at, points[name]);
}, DRAW_MS);

// The client.

const client = connect(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`);

client.on('state', ({ state, reason, code }) => {
  document.body.dataset.state = state;
  $('state').textContent = state === 'connected' ? `connected to node ${client.session.node}` : state;
  if (state === 'waiting' && away.every(({ to }) => to)) away.push({ from: Date.now() / 1000 });
  if (state === 'connected' && away.length) away.at(-1).to = Date.now() / 1000;
  if (state === 'closed') tell(`The server has closed this session: ${reason || code}.`);
});
client.on('fault', ({ attempts }) => tell(`The server cannot be reached: ${attempts} tries have failed. This page goes on trying.`));

const tell = (text) => ($('told').textContent = text);

await client.ready();
const { top, items } = await client.history(CHANNEL, { limit: POINTS_MAX });
for (const { data } of items) add(data);

// From exactly where the history ended.
const feed = client.subscribe(CHANNEL, { position: top });
feed.on('message', ({ data, missed }) => add(data, { missed, lateMs: Date.now() - data.at }));
feed.on('recovery', ({ recovered, reason, missed }) => {
  if (!recovered) return hole(reason);
  const { from, to } = away.at(-1) ?? {};
  if (to) tell(`Back after ${(to - from).toFixed(1)} s: ${missed} points caught up, none lost.`);
});
feed.on('gap', ({ reason }) => hole(reason));
feed.on('error', ({ message }) => tell(`This page is not let into the channel: ${message}`));

/** The lines break here: that says more than one that is made up. */
function hole(reason) {
  for (const [name, column] of Object.entries(points)) column.push(name === 'at' ? Date.now() / 1000 : null);
  tell(`Some points could not be had: ${reason}.`);
}
