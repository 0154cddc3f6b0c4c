import fc from 'fast-check';
import { expect, test } from 'vitest';
import { frame, RawClient } from '../../test/raw-client.js';
import { joinClient, metric, networkId, relay, startServer, until } from '../../test/test-server.js';

const network = networkId('f');

/** Packets that are nearly right, so that they get past the first checks. */
const nearlyRight = fc
  .tuple(
    fc.constantFrom('', '0', '2', '3', '4', '6', 'b'),
    fc.constantFrom('', '0', '1', '2', '3', '4', '5', '6'),
    fc.constantFrom('', '/x,', '1-', '7', '99999999999999999999'),
    fc.oneof(
      fc.json(),
      fc
        .tuple(fc.constantFrom('join', 'peers', 'signal', 'error', '__proto__', 'disconnect'), fc.jsonValue())
        .map((event) => JSON.stringify(event)),
    ),
  )
  .map((parts) => parts.join(''));

const anyFrame = fc
  .record({
    payload: fc.oneof(
      { weight: 3, arbitrary: nearlyRight.map((text) => Buffer.from(text)) },
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    ),
    opcode: fc.oneof({ weight: 5, arbitrary: fc.constant(1) }, fc.nat(15)),
    isFinal: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, fc.boolean()),
    isMasked: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, fc.boolean()),
  })
  .map(({ payload, ...options }) => frame(payload, options));

const anyBytes = fc.oneof(
  { weight: 9, arbitrary: anyFrame },
  fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
);

const states = {
  connected: async (port: number) => RawClient.tcp(port),
  upgraded: (port: number) => RawClient.upgraded(port),
  opened: (port: number) => RawClient.opened(port),
  joined: async (port: number) => (await RawClient.joined(port, network)).client,
};

test('no bytes in any state end the server or disturb the others', async () => {
  const server = await startServer({ maxConnectBurstPerAddress: 100_000, maxConnectionsPerAddress: 10_000 });
  const [a, b] = [await joinClient(server, network), await joinClient(server, network)];
  const state = fc.constantFrom(...(Object.keys(states) as (keyof typeof states)[]));
  await fc.assert(
    fc.asyncProperty(state, fc.array(anyBytes, { minLength: 1, maxLength: 8 }), async (name, list) => {
      const client = await states[name](server.port);
      // The end that the client sends after its bytes comes back once the server has read them all.
      client.socket.end(Buffer.concat(list));
      await client.ended;
    }),
    { numRuns: 500 },
  );
  expect((await relay(a, b, { still: 'here' })).data).toEqual({ still: 'here' });
  await until(async () => (await metric(server, 'vision_signal_connections')) === 2);
});
