import { PeerLinks, type SignalRoute } from '@vision-light/peering';
import { decodeSignalData } from '@vision-light/signaling';
import SimplePeer from 'simple-peer';
import { afterEach, describe, expect, it } from 'vitest';
import { definePeerLinksSuite } from '../../../../tests/conformance-suites/peer-links-suite.js';
import { SEND_LOW_BYTES } from '../limits.js';
import { platformClock } from '../platform-clock.js';
import { rtcImplementation } from './rtc-implementation.js';
import { type ChannelEvents, RtcLink } from './rtc-link.js';

definePeerLinksSuite(
  { describe, it, afterEach },
  {
    name: 'node-datachannel',
    maxMessageBytes: 262_144,
    connect: (options, events) => new RtcLink(options, { ...events, drained: () => {} }),
    later: (callback) => void setImmediate(callback),
  },
);

/** Links of a gateway that note nothing. */
function gatewayLinks(events: Partial<ChannelEvents> = {}): PeerLinks<RtcLink> {
  const links: PeerLinks<RtcLink> = new PeerLinks({
    linksMax: 8,
    setupsMax: 8,
    clock: platformClock,
    connect: (options) =>
      new RtcLink(options, {
        received: () => {},
        drained: () => {},
        ...events,
        opened: (facts, address) => {
          links.markOpen(options.name);
          events.opened?.(facts, address);
        },
      }),
    events: {
      described: (name, facts) => links.connectionOf(name)?.describe(facts),
      gone: () => {},
      refused: () => {},
    },
  });
  return links;
}

describe('RtcLink', () => {
  it('reports when its send buffer is low, after few bytes and after many', async () => {
    let drain = (_bufferedBytes: number): void => {};
    const isDrained = (): Promise<number> =>
      new Promise((resolve) => {
        drain = resolve;
      });
    let open = (_maxMessageBytes: number): void => {};
    const opened = new Promise<number>((resolve) => {
      open = resolve;
    });
    const a = gatewayLinks({
      opened: (facts) => open(facts?.maxMessageBytes ?? 0),
      drained: (bytes) => drain(bytes),
    });
    const b = gatewayLinks();
    const routeTo = (links: PeerLinks<RtcLink>, ownId: string, answer: () => SignalRoute): SignalRoute => ({
      url: 'http://signal.example/',
      ownId,
      iceServers: [],
      send: (_to, data) => void setImmediate(() => links.receive(answer(), ownId, data)),
    });
    const toB: SignalRoute = routeTo(b, 'a', () => toA);
    const toA: SignalRoute = routeTo(a, 'b', () => toB);
    a.dial(toB, 'b');
    expect(await opened).toBe(262_144);
    for (const messages of [1, 40]) {
      let drained = isDrained();
      for (let i = 0; i < messages; i++) a.connectionOf('b.1')?.send(new Uint8Array(65_536));
      // The report of what was sent before may come now, and with the buffer as it is now.
      while ((await drained) > SEND_LOW_BYTES) drained = isDrained();
    }
    await Promise.all([a.close(), b.close()]);
  });

  it.each([
    ['sends on the channel that carries nothing', (peer: SimplePeer.Instance) => peer.send('x')],
    [
      'opens a channel of its own',
      (peer: SimplePeer.Instance) => {
        const { _pc } = peer as unknown as { readonly _pc: { createDataChannel(label: string): unknown } };
        _pc.createDataChannel('another');
      },
    ],
  ])('ends the link to a peer that %s', async (_what, misbehave) => {
    const links = gatewayLinks();
    const peer = new SimplePeer({
      initiator: true,
      config: { iceServers: [] },
      wrtc: rtcImplementation as never,
    });
    const gone = new Promise<void>((resolve) => peer.on('close', resolve));
    peer.on('error', () => {});
    // As `RtcLink` does it: a candidate that leaves before the answer has come may cost the DTLS handshake.
    let held: unknown[] | undefined = [];
    const receive = (signal: unknown): void => {
      const data = decodeSignalData(signal);
      if (data !== undefined) links.receive(route, 'stranger', data);
    };
    const route: SignalRoute = {
      url: 'http://signal.example/',
      ownId: 'a',
      iceServers: [],
      send: (_to, signal) => {
        if (peer.destroyed) return;
        peer.signal(signal as SimplePeer.SignalData);
        if (signal.type !== 'answer') return;
        const candidates = held ?? [];
        held = undefined;
        // In a later task, as through a server: the answer has been applied by then.
        setImmediate(() => {
          for (const each of candidates) receive(each);
        });
      },
    };
    peer.on('signal', (signal: { readonly type: string; readonly sdp?: string }) => {
      if (signal.type === 'offer') {
        const sdp = signal.sdp?.replace(/^a=candidate:.*\r?\n/gm, '');
        receive({ ...signal, sdp });
      } else if (held === undefined) receive(signal);
      else held.push(signal);
    });
    await new Promise<void>((resolve, reject) => {
      peer.on('connect', resolve);
      peer.on('close', () => reject(new Error('the link was closed before it was open')));
    });
    expect(links.size).toBe(1);
    misbehave(peer);
    await gone;
    expect(links.size).toBe(0);
  });
});
