/** node-datachannel's WebRTC as simple-peer needs it. The only file that knows its quirks. */
import type { IceServer } from '@vision-light/signaling';
import { cleanup } from 'node-datachannel';
import {
  RTCError,
  RTCIceCandidate,
  RTCPeerConnection,
  RTCSessionDescription,
} from 'node-datachannel/polyfill';

// The polyfill's data channel names RTCError in its error path without importing it, which would end the process.
Object.assign(globalThis, { RTCError });

/** As much of an `RTCConfiguration` as is used here. */
interface RtcConfig {
  readonly iceServers?: readonly IceServer[] | undefined;
  readonly iceTransportPolicy?: 'all' | 'relay';
}
interface Description {
  readonly type: string;
  readonly sdp: string;
}

/**
 * The polyfill writes name and credential into the address of a TURN server as they are, and its library reads them there in the
 * percent encoding of addresses. A name as coturn's REST scheme has it contains a colon, which would end it.
 */
function withEncodedCredentials(config: RtcConfig): RtcConfig {
  return {
    ...config,
    iceServers: config.iceServers?.map(({ username, credential, ...server }) => ({
      ...server,
      ...(username !== undefined && { username: encodeURIComponent(username) }),
      ...(credential !== undefined && { credential: encodeURIComponent(credential) }),
    })),
  };
}

/** simple-peer assigns to `sdp` of an offer or answer, which the polyfill has as a getter only. */
class PlainPeerConnection extends RTCPeerConnection {
  constructor(config: RtcConfig = {}) {
    super(withEncodedCredentials(config) as ConstructorParameters<typeof RTCPeerConnection>[0]);
    // Both promises exist from the start and may be rejected before anyone asks for them.
    super.createOffer().catch(() => {});
    super.createAnswer().catch(() => {});
    // simple-peer waits for the candidate that is none, which the polyfill never names; it would wait five seconds.
    this.addEventListener('icegatheringstatechange', () => {
      if (this.iceGatheringState === 'complete') this.onicecandidate?.({ candidate: null } as never);
    });
  }

  override async createOffer(): Promise<Description> {
    const { type, sdp } = await super.createOffer();
    return { type, sdp };
  }

  override async createAnswer(): Promise<Description> {
    const { type, sdp } = await super.createAnswer();
    return { type, sdp };
  }
}

/** What simple-peer takes as its `wrtc` option. */
export const rtcImplementation = {
  RTCPeerConnection: PlainPeerConnection,
  RTCSessionDescription,
  RTCIceCandidate,
};

/** A peer connection of {@link rtcImplementation}. */
export type RtcConnection = PlainPeerConnection;
/** A data channel of {@link rtcImplementation}. */
export type RtcChannel = ReturnType<PlainPeerConnection['createDataChannel']>;

/** Ends the native threads, without which the process does not end. Only for the very end: every link dies with them. */
export function releaseRtc(): void {
  cleanup();
}
