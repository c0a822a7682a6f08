/**
 * A live dashboard of this machine: measures and publishes, and serves the page that draws. npm start -- ws://HOST:PORT/ws
 * The page says /ws to this server, which passes it on to Byssus: so they are of one origin, as
 * behind any reverse proxy, and Byssus needs no setting for it.
 */

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { startProducer } from './producer.mjs';

const [address = 'ws://localhost:8080/ws'] = process.argv.slice(2);
const { TOKEN, PORT = 3000 } = process.env;
const byssus = new URL(address);

const file = (path, type) => ({ type, content: readFileSync(new URL(path, import.meta.url)) });
const FILES = {
  '/': file('page/index.html', 'text/html; charset=utf-8'),
  '/page.js': file('page/page.js', 'text/javascript'),
  '/chart.js': file('page/chart.js', 'text/javascript'),
  '/style.css': file('page/style.css', 'text/css'),
  '/byssus.js': file('../../console/byssus.js', 'text/javascript'),
  '/uplot.js': file('node_modules/uplot/dist/uPlot.esm.js', 'text/javascript'),
  '/uplot.css': file('node_modules/uplot/dist/uPlot.min.css', 'text/css'),
};

const server = createServer(({ url }, response) => {
  const { type, content } = FILES[new URL(url, 'http://any').pathname] ?? {};
  if (content) response.writeHead(200, { 'Content-Type': type, 'Cache-Control': 'no-cache' }).end(content);
  else response.writeHead(404).end();
});

server.on('upgrade', ({ url, rawHeaders }, page, head) => {
  const node = connect(byssus.port || 80, byssus.hostname);
  node.write(`GET ${byssus.pathname}${new URL(url, byssus).search} HTTP/1.1\r\n`);
  for (let i = 0; i < rawHeaders.length; i += 2) node.write(`${rawHeaders[i]}: ${rawHeaders[i + 1]}\r\n`);
  node.write('\r\n');
  node.write(head);
  page.pipe(node).pipe(page);
  // When one side is gone, so is the other.
  for (const [one, other] of [[page, node], [node, page]]) one.on('error', () => {}).on('close', () => other.destroy());
});

server.listen(PORT, '127.0.0.1', () => {
  console.log(`Dashboard: http://localhost:${server.address().port}/ (open it in several tabs)`);
});
startProducer(address, TOKEN);
