import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { connectClient, joinClient, networkId, startServer } from '../../test/test-server.js';
import { turnServerFor } from './turn-credentials.js';

const turn = { urls: ['turn:turn.example:3478', 'turns:turn.example:5349'], secret: 'shared', ttlS: 600 };
const stun = { urls: 'stun:stun.example' };

/** As in: echo -n USERNAME | openssl dgst -sha1 -hmac SECRET -binary | base64 */
function macOf(username: string): string {
  return createHmac('sha1', 'shared').update(username).digest('base64');
}

test('credentials are those of the REST scheme: when they end, somebody, and the MAC of both', () => {
  // By openssl.
  expect(macOf('1700000600:somebody')).toBe('ugDT41LexhObtfnxK/RsvEWj9G0=');
  const { urls, username = '', credential } = turnServerFor(turn, 1_700_000_000.9);
  expect(urls).toEqual(turn.urls);
  expect(username).toMatch(/^1700000600:[\w-]{12}$/);
  expect(credential).toBe(macOf(username));
  expect(turnServerFor(turn, 1_700_000_000.9).username).not.toBe(username);
});

test('members get credentials on joining, and fresh ones with each sample', async () => {
  const server = await startServer({}, { iceServers: [stun], turn });
  const client = await connectClient(server);
  const answers = [
    await client.emitWithAck('join', { network: networkId('d'), kind: 'browser' }),
    await client.emitWithAck('peers', { count: 1 }),
  ];
  const names = answers.map(({ iceServers, iceTtlS }) => {
    expect(iceTtlS).toBe(600);
    const [first, { urls, username, credential }, ...others] = iceServers;
    expect([first, urls, credential, others]).toEqual([stun, turn.urls, macOf(username), []]);
    expect(Number(username.split(':')[0])).toBeGreaterThan(Date.now() / 1000 + 540);
    expect(Number(username.split(':')[0])).toBeLessThanOrEqual(Date.now() / 1000 + 600);
    return username;
  });
  expect(names[0]).not.toBe(names[1]);
});

test('who is in no room gets none', async () => {
  const server = await startServer({ maxMembersPerRoom: 1 }, { turn });
  await joinClient(server, networkId('d'));
  const stranger = await connectClient(server);
  const join = await stranger.emitWithAck('join', { network: networkId('d'), kind: 'browser' });
  expect(join).toEqual({ ok: false, code: 'SIGNAL_ROOM_FULL' });
  expect(await stranger.emitWithAck('peers', { count: 1 })).toEqual({ ok: false, code: 'SIGNAL_NOT_JOINED' });
});
