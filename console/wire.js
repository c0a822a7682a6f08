/** A raw console: a socket of its own, JSON to write, the answers to read. */

import { element } from './log.js';

const LINES_MOST = 200;

export function startWire({ panel, code, presets, form, input, log, url, channel }) {
  let socket = null;

  code.textContent = [
    `ws = new WebSocket(${JSON.stringify(url)})`,
    'ws.onmessage = e => console.log(JSON.parse(e.data))',
    `ws.onopen = () => ws.send('{"type":"PING"}')`,
  ].join('\n');

  const examples = {
    ping: { type: 'PING' },
    connect: { type: 'connect', id: 1, attributes: { name: 'Wire' } },
    subscribe: { type: 'subscribe', id: 2, channel },
    publish: { type: 'publish', id: 3, channel, data: { text: 'hello' } },
    history: { type: 'history', id: 4, channel, limit: 3 },
    presence: { type: 'presence', id: 5, channel },
  };
  for (const [name, example] of Object.entries(examples)) {
    const button = element('button', '', name);
    button.type = 'button';
    button.addEventListener('click', () => {
      input.value = JSON.stringify(example);
      input.focus();
    });
    presets.append(button);
  }
  input.value = JSON.stringify(examples.ping);

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    say(input.value.trim());
  });
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  panel.addEventListener('toggle', () => {
    if (!panel.open) socket?.close();
  });

  // Nothing is checked here: what the server says to nonsense is worth seeing, too.
  function say(text) {
    if (!text) return;
    if (socket?.readyState === WebSocket.OPEN) send(text);
    else if (socket?.readyState === WebSocket.CONNECTING) socket.addEventListener('open', () => send(text));
    else connect(() => send(text));
  }

  function send(text) {
    socket.send(text);
    line('out', '→', text);
  }

  function connect(then) {
    const mine = (socket = new WebSocket(url));
    mine.addEventListener('open', then);
    mine.onmessage = ({ data }) => line('in', '←', data);
    mine.onclose = (event) => line('end', '✕', `closed: ${event.code} ${event.reason}`);
  }

  function line(kind, arrow, text) {
    const li = element('li', kind);
    li.append(element('span', 'arrow', arrow), element('code', '', text));
    log.append(li);
    if (log.children.length > LINES_MOST) log.firstChild.remove();
    log.scrollTop = log.scrollHeight;
  }
}
