/** A real coturn with the configuration of ops/: whom it serves, and where it relays to. */
import { spawn, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { rtcImplementation } from '../../packages/gateway/src/webrtc/rtc-implementation.js';
import { startProgram } from '../running-program.js';
import { systemPrograms } from '../system-programs.js';
import { freePorts } from './free-ports.js';

const programs = systemPrograms(import.meta.url, ['turnserver', 'turnutils_uclient', 'openssl']);
const { turnserver, turnutils_uclient, openssl } = programs ?? {
  turnserver: '',
  turnutils_uclient: '',
  openssl: '',
};
const SECRET = 'a secret of this test';
const closings: (() => Promise<unknown>)[] = [];
let turnPort: number;

interface Credentials {
  readonly username: string;
  readonly credential: string;
}

let users = 0;

/** What the signaling server hands out: a name with its end in Unix seconds, and the HMAC of it. Each is another user. */
function credentials(secret: string, endsInS = 600): Credentials {
  const username = `${Math.floor(Date.now() / 1000) + endsInS}:page-${users++}`;
  return { username, credential: createHmac('sha1', secret).update(username).digest('base64') };
}

beforeAll(async () => {
  if (programs === undefined) return;
  const folder = await mkdtemp(path.join(tmpdir(), 'vision-light-coturn-'));
  closings.push(() => rm(folder, { recursive: true, force: true }));
  const file = (name: string): string => path.join(folder, name);
  const key = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-keyout',
    file('key.pem'),
  ];
  const subject = ['-subj', '/CN=light.example', '-days', '2', '-out', file('cert.pem')];
  expect(spawnSync(openssl, ['req', '-x509', ...key, ...subject]).status).toBe(0);
  const [port, tlsPort] = await freePorts();
  turnPort = port;
  const ours = Object.entries({
    'listening-port=3478': `listening-port=${port}`,
    'tls-listening-port=5349': `tls-listening-port=${tlsPort}`,
    'static-auth-secret=REPLACE-WITH-A-SECRET': `static-auth-secret=${SECRET}`,
    'cert=/etc/coturn/fullchain.pem': `cert=${file('cert.pem')}`,
    'pkey=/etc/coturn/privkey.pem': `pkey=${file('key.pem')}`,
  });
  let text = await readFile(new URL('../../ops/coturn/turnserver.conf', import.meta.url), 'utf8');
  for (const [line, replacement] of ours) {
    expect(text.split('\n')).toContain(line);
    text = text.replace(`\n${line}\n`, `\n${replacement}\n`);
  }
  await writeFile(file('turnserver.conf'), text);
  const where = ['--listening-ip=127.0.0.1', '--relay-ip=127.0.0.1', `--pidfile=${file('pid')}`];
  const program = await startProgram(turnserver, ['-c', file('turnserver.conf'), ...where], port);
  closings.push(() => program.stop());
});

afterAll(async () => {
  for (const close of closings.reverse()) await close();
});

/** The candidates of a peer connection that may use this TURN server and nothing else. */
async function gather(server: Credentials): Promise<string[]> {
  const connection = new rtcImplementation.RTCPeerConnection({
    iceServers: [{ urls: `turn:127.0.0.1:${turnPort}?transport=udp`, ...server }],
    iceTransportPolicy: 'relay',
  });
  onTestFinished(() => connection.close());
  const complete = new Promise<void>((resolve) => {
    connection.addEventListener('icegatheringstatechange', () => {
      if (connection.iceGatheringState === 'complete') resolve();
    });
  });
  // This library makes an offer and gathers as soon as there is a channel.
  connection.createDataChannel('any');
  await complete;
  return connection.localDescription?.sdp.match(/^a=candidate:.*$/gm) ?? [];
}

/** What coturn says to a client that wants to send to a peer. The client would go on and wait for an echo, so it is ended. */
async function bind(peer: string, { username, credential }: Credentials): Promise<string> {
  const user = ['-u', username, '-w', credential, '-p', String(turnPort)];
  const child = spawn(turnutils_uclient, [
    '-v',
    '-c',
    '-n',
    '1',
    '-m',
    '1',
    '-e',
    peer,
    ...user,
    '127.0.0.1',
  ]);
  const closed = once(child, 'close');
  let output = '';
  for await (const text of child.stdout.setEncoding('utf8')) {
    output += text;
    const answer = /error [^\n]+|success: 0x/.exec(output)?.[0];
    if (answer === undefined) continue;
    child.kill('SIGKILL');
    await closed;
    return answer;
  }
  return output;
}

describe.skipIf(programs === undefined)('coturn', () => {
  it('relays for who has credentials of the REST scheme: there is one candidate, and it is of the relay', async () => {
    const candidates = await gather(credentials(SECRET));
    expect(candidates).toHaveLength(1);
    expect(candidates[0]).toMatch(/ 127\.0\.0\.1 \d+ typ relay/);
  });

  it.each([
    ['of another secret', credentials('another')],
    ['that have ended', credentials(SECRET, -60)],
    [
      'whose end was changed',
      { ...credentials(SECRET), username: `${Math.floor(Date.now() / 1000) + 9999}:a-page` },
    ],
    ['that are no such thing', { username: 'somebody', credential: SECRET }],
  ])('refuses credentials %s', async (_, server) => {
    expect(await gather(server)).toEqual([]);
  });

  it.each([
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.31.255.255',
    '192.168.1.1',
    '240.0.0.1',
  ])('does not relay to %s', async (peer) => {
    expect(await bind(peer, credentials(SECRET))).toBe('error 403 (Forbidden IP)');
  });

  it('gives one user so many allocations', async () => {
    const user = credentials(SECRET);
    const answers: string[] = [];
    // A run makes two, and lets go of none when it is refused.
    for (let run = 0; run < 7; run++) answers.push(await bind('127.0.0.1', user));
    expect(answers.at(0)).toBe('error 403 (Forbidden IP)');
    expect(answers.at(-1)).toBe('error 486 (Allocation Quota Reached)');
  });
});
