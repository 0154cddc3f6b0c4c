/** `npm start`: runs the page, the signaling server and a mining gateway until Ctrl-C. */
import '../setup/node-version.mjs';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { exitWith, isRunningCommand, PlainError } from '../run/run-command.mjs';
import { ensureReady } from '../setup/ensure-ready.mjs';
import { startChildServer, terminal } from './child-server.mjs';
import { checkStartOptions, parseStartOptions, startUsage } from './start-options.mjs';

/** How often the servers are asked whether they answer, in ms; arbitrary, too short to be noticed. */
const pollMs = 150;

/** How often this process checks whether npm still runs, in ms. */
const parentPollMs = 500;

/** A second signal within this time, in ms, is the first one again: it came from the terminal and through npm. */
const sameSignalMs = 1000;

const children = [];
let page;
let isStopping = false;
let askedMs;

/** Ends everything that was started, the gateway before the server it is connected to. */
async function stopAll(options) {
  isStopping = true;
  await page?.close();
  for (let child = children.pop(); child !== undefined; child = children.pop()) await child.stop(options);
  terminal.release();
}

/** The name under which this machine reaches what listens on an address. */
function nameOf(host) {
  if (['127.0.0.1', '0.0.0.0', '::', '::1'].includes(host)) return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

async function answers(url) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

/** Resolves once the gateway has something to show: a chain, or nothing that brings one by itself. */
async function untilWorthALook(health) {
  while (!isStopping) {
    const response = await fetch(health, { signal: AbortSignal.timeout(2000) }).catch(() => undefined);
    const { tip, mining } = response?.ok ? await response.json() : {};
    if (tip?.height > 0 || mining === false) return;
    await sleep(pollMs);
  }
}

async function untilAnswering(urls) {
  for (const url of urls) while (!isStopping && !(await answers(url))) await sleep(pollMs);
}

/** Rejects as soon as a server ends that was not asked to. */
async function unexpectedEnd() {
  const how = await Promise.race(
    children.map(async (child) => `The ${child.name} server ended${await child.ended}`),
  );
  // While everything is stopped they are expected to end: then this promise never settles.
  if (isStopping) return new Promise(() => {});
  throw new PlainError(how);
}

async function start(options) {
  const { host, port, signalPort, gatewayPort, network, dataDir, headers } = options;
  await checkStartOptions(options);
  await ensureReady({ docs: true });
  await checkNetwork(options);
  // The set-up may have taken minutes, and another program may use one of the ports by now.
  await checkStartOptions(options);

  // Built by ensureReady, so it cannot be imported before.
  const { servePage } = await import('./page-server.mjs');
  const signalArgs = ['--port', signalPort, '--host', host];
  const name = nameOf(host);
  const gatewayArgs = ['--port', gatewayPort, '--host', host, '--network', network];
  gatewayArgs.push('--signal', `http://${name}:${signalPort}`, '--data-dir', dataDir);
  // A file may hold only the beginning of a chain.
  if (headers !== undefined) gatewayArgs.push('--headers', headers, '--min-chainwork', '0');
  gatewayArgs.push(...options.gatewayArgs);
  // The gateway writes into a pipe, so it cannot know that a terminal is at its other end.
  if (terminal.canRedraw) gatewayArgs.push('--progress', 'bar');
  children.push(
    startChildServer('signal', ['packages/signal-server/dist/cli.js', ...signalArgs.map(String)]),
  );
  children.push(startChildServer('gateway', ['packages/gateway/dist/cli.js', ...gatewayArgs.map(String)]));
  const ending = unexpectedEnd();

  // The page reaches the signaling server on the host that it came from, whatever name that host goes by.
  // The file may hold only the beginning of the chain, and then nobody has what is below a checkpoint.
  const beginning = headers === undefined ? {} : { minChainwork: '0', checkpoint: false };
  const config = { network, signal: [`:${signalPort}`], ...beginning };
  page = await servePage({ port, host, config });
  const url = `http://${name}:${port}`;
  const healthAt = (each) => `http://${name}:${each}/healthz`;
  const ready = untilAnswering([healthAt(signalPort), url]).then(() =>
    untilWorthALook(healthAt(gatewayPort)),
  );
  await Promise.race([ending, ready]);
  if (isStopping) return;
  terminal.print(`Ready: ${url}`);
  await ending;
}

/** Reports a misspelt network in one line. Otherwise a server would end because of it. */
async function checkNetwork({ network, headers }) {
  const { networks } = await import('../../packages/protocol/dist/index.js');
  if (!networks.includes(network)) {
    throw new PlainError(`--network: "${network}" is none of ${networks.join(', ')}.`);
  }
  if (headers !== undefined && !network.startsWith('bitcoin-')) {
    throw new PlainError(`--headers: only the bitcoin networks take a file of headers, not ${network}.`);
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, async () => {
    // A command of the set-up ends first, and run-command.mjs then ends this process.
    if (isRunningCommand()) return;
    // The second Ctrl-C: the person does not want to wait for the servers.
    if (askedMs !== undefined && performance.now() - askedMs > sameSignalMs) process.exit(1);
    if (isStopping) return;
    askedMs = performance.now();
    const code = children.length > 0 ? 0 : 128 + constants.signals[signal];
    await stopAll();
    process.exit(code);
  });
}

if (process.env.npm_lifecycle_event === 'start') {
  // npm passes a signal on to a shell. The shell dies of it and does not pass it on to this process.
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    if (!isStopping) process.kill(process.pid, 'SIGTERM');
  }, parentPollMs);
  watch.unref();
}

try {
  const options = parseStartOptions(process.argv.slice(2), process.env);
  if (options === 'help') console.log(startUsage);
  else await start(options);
} catch (error) {
  await stopAll({ quiet: true });
  exitWith(error);
}
