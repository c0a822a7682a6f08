/** The page of a user: the list that the backend keeps, and what is pushed while the page is open. */

import { connect, tabStore } from './byssus.js'; // in a project of your own: from '@byssus/client'

const $ = (id) => document.getElementById(id);
const user = new URLSearchParams(location.search).get('user') ?? '42';
const ask = async (path, options) => (await fetch(path, options)).json();
const of = (path) => `${path}?user=${encodeURIComponent(user)}`;

const shown = new Set(); // ids: what is in the list may be pushed as well

function show({ id, text, at }, pushed) {
  if (shown.has(id)) return;
  shown.add(id);
  const item = document.createElement('li');
  item.dataset.id = id;
  item.classList.toggle('new', pushed);
  const time = document.createElement('time');
  time.textContent = new Date(at).toLocaleTimeString();
  item.append(text, time);
  if (pushed) $('list').prepend(item);
  else $('list').append(item);
  $('unread').textContent = document.querySelectorAll('.new').length || '';
}

const { address } = await ask(of('connection'));
const client = connect(address, {
  token: async () => (await ask(of('connection'))).token,
  store: tabStore(), // a reload resumes the session, rather than leaving one more behind
});

client.on('state', ({ state, reason, code }) => {
  document.body.dataset.state = state;
  $('state').textContent = state === 'connected' ? `user ${user}, connected to node ${client.session.node}`
    : state === 'closed' ? `closed by the server: ${reason || code}` : state;
});
client.inbox.on('message', ({ data }) => show(data, true));
client.inbox.on('gap', load); // some could not be had: the list has them
client.on('expired', load);

async function load() {
  for (const notification of await ask(of('notifications'))) show(notification, false);
}
await load();

// Push one, as the backend of an application would for its own reasons.

$('form').elements.user.value = user;
$('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const { outcome, sessions, attached, answer, problem } = await ask('notify', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(Object.fromEntries(new FormData($('form')))),
  });
  const took = sessions ?? answer?.sessions;
  $('answer').textContent = outcome === 'pushed' ? `taken by ${took} session${took === 1 ? '' : 's'}, ${attached ?? answer?.attached} of them connected`
    : outcome === 'away' ? 'nobody is there: it is in the list when the user comes' : `${outcome}: ${problem}`;
  $('form').elements.text.value = '';
});
