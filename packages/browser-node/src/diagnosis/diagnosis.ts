/** What a diagnosis says, and how it follows from what was tried. */
import { CLOCK_DOUBTFUL_S } from '@vision-light/protocol';
import type { IceCandidates } from './gather-candidates.js';

/** What can stand in the way of a node, by stable code, gravest first; each with a sentence for a person. */
export const diagnosisCodes = {
  OFFLINE: 'This device has no network connection.',
  NO_WASM: 'This browser does not run WebAssembly with SIMD here, so no header can be verified.',
  NO_WEBRTC: 'This browser has no WebRTC, or it is switched off, so no peer can be reached.',
  CONNECTIONS_REFUSED: 'This browser has WebRTC but refuses to open connections.',
  NO_SIGNALING: 'No signaling server answers, so nobody introduces this node to others.',
  ONLY_INVITED:
    'Neither a signaling server nor the address of a gateway is named, so peers come by invitation alone.',
  NOBODY_THERE: 'The signaling servers know no other peer of this network.',
  TURN_MISSING: 'All connections are to be relayed, and no TURN server is named that relays them.',
  NO_CANDIDATES: 'This browser names no address of its own, so no peer can connect to it.',
  TURN_BLOCKED: 'The TURN server gives no address: it cannot be reached, or does not take the password.',
  STUN_BLOCKED:
    'No STUN server answers: a firewall seems to block UDP. Only peers of the same network can be reached.',
  NAT_NEEDS_TURN:
    'The router gives each connection another port (a symmetric NAT), so a TURN server is needed.',
  MDNS_ONLY:
    'No STUN server is named, and this browser hides its addresses (mDNS), so only peers of the same network can be reached.',
  CLOCK_WRONG: "The clock of this device differs from most peers' clocks.",
  STORAGE_DENIED: 'This browser keeps nothing for this page, so each visit begins anew.',
} as const;

/** A code of `diagnosisCodes`. */
export type DiagnosisCode = keyof typeof diagnosisCodes;

/** One thing that stands in the way. */
export interface Finding {
  /** Stable, for programs. */
  readonly code: DiagnosisCode;
  /** For a person. */
  readonly sentence: string;
  /** What is known beyond it, such as what the browser says; may be empty. */
  readonly detail: string;
  /** True if no peer can be met for that reason; false if it only makes the node worse. */
  readonly isBlocking: boolean;
}

/** What was tried, and what came of it. */
export interface Diagnosis {
  /** Gravest first; empty if nothing stands in the way. */
  readonly findings: readonly Finding[];
  /** What the findings follow from. */
  readonly evidence: Evidence;
}

/** What a diagnosis rests on. */
export interface Evidence {
  /** What the browser says of its network. */
  readonly isOnline: boolean;
  /** What the browser says if it does not run WebAssembly; undefined if it does. */
  readonly wasmObstacle: string | undefined;
  /** What the browser says if nothing can be stored; undefined if it can. */
  readonly storageObstacle: string | undefined;
  /** What the browser says if it makes no connection; undefined if it does. */
  readonly connectionObstacle: string | undefined;
  /** Whether the browser has WebRTC. */
  readonly hasWebRtc: boolean;
  /** `isJoined`: the node can ask it for peers now. */
  readonly signaling: readonly {
    readonly url: string;
    readonly isReachable: boolean;
    readonly isJoined: boolean;
  }[];
  /** Whether connections are made through TURN servers alone. */
  readonly isRelayed: boolean;
  /** Whether the node was given addresses of gateways, to which it needs no server. */
  readonly namesGateways: boolean;
  /** Addresses that this browser has found of itself; undefined where it makes no connection. */
  readonly candidates: IceCandidates | undefined;
  /** Peers of the node that have said hello; 0 without a node. */
  readonly peers: number;
  /** Connections that the node has tried; undefined without a node that makes them. */
  readonly attempts: { readonly begun: number; readonly opened: number; readonly failed: number } | undefined;
  /** By how many seconds the peers' clocks are ahead; undefined if none says. */
  readonly clockAheadS: number | undefined;
}

/** Failed attempts without a single success after which it is the NAT that is to blame. Arbitrary: one peer may be at fault by itself. */
const FAILED_ATTEMPTS = 3;

type AddFinding = (code: DiagnosisCode, isFound: boolean, detail?: string, isBlocking?: boolean) => void;

/** What follows from what was tried. */
export function findObstacles(evidence: Evidence): Finding[] {
  const { candidates, signaling, attempts, clockAheadS = 0, peers } = evidence;
  const isAlone = peers === 0;
  const findings: Finding[] = [];
  const add: AddFinding = (code, isFound, detail = '', isBlocking = isAlone) => {
    if (isFound) findings.push({ code, sentence: diagnosisCodes[code], detail, isBlocking });
  };
  const { wasmObstacle, connectionObstacle, storageObstacle } = evidence;
  add('OFFLINE', !evidence.isOnline);
  add('NO_WASM', wasmObstacle !== undefined, wasmObstacle, true);
  add('NO_WEBRTC', !evidence.hasWebRtc, '', true);
  add('CONNECTIONS_REFUSED', connectionObstacle !== undefined, connectionObstacle, true);
  const unreachable = signaling.filter(({ isReachable }) => !isReachable).map(({ url }) => url);
  const isSignaled = unreachable.length < signaling.length;
  add('NO_SIGNALING', signaling.length > 0 && !isSignaled, unreachable.join(', '));
  // A node that runs has attempts; without one, no server need be named.
  const isNobodyNamed = signaling.length === 0 && !evidence.namesGateways;
  add('ONLY_INVITED', isNobodyNamed && attempts !== undefined && isAlone);
  // Whether others could be reached is not known then.
  const isNobodyThere = isAlone && attempts?.begun === 0 && signaling.some(({ isJoined }) => isJoined);
  add('NOBODY_THERE', isNobodyThere);
  const addPath: AddFinding = (code, isFound, detail) =>
    add(code, isFound, detail, isAlone && !isNobodyThere);
  if (candidates !== undefined) addPaths(candidates, evidence, addPath);
  const seconds = Math.round(Math.abs(clockAheadS));
  const direction = clockAheadS > 0 ? 'behind' : 'ahead';
  add('CLOCK_WRONG', seconds > CLOCK_DOUBTFUL_S, `${seconds} s ${direction}`, false);
  add('STORAGE_DENIED', storageObstacle !== undefined, storageObstacle, false);
  return findings;
}

/** What the addresses say of the way to other peers. */
function addPaths(
  { hosts, hidden, reflexive, reflexiveOfOne, relayed, stunServers, turnServers, errors }: IceCandidates,
  { attempts, isRelayed }: Pick<Evidence, 'attempts' | 'isRelayed'>,
  add: AddFinding,
): void {
  const told = errors.join('; ');
  if (isRelayed && turnServers === 0) {
    add('TURN_MISSING', true);
    return;
  }
  add('NO_CANDIDATES', hosts + reflexive + relayed === 0, told);
  if (hosts + reflexive + relayed === 0) return;
  add('TURN_BLOCKED', turnServers > 0 && relayed === 0, told);
  add('STUN_BLOCKED', stunServers > 0 && reflexive + relayed === 0, told);
  const hasFailed = attempts !== undefined && attempts.opened === 0 && attempts.failed >= FAILED_ATTEMPTS;
  // The same sockets asked several servers, which saw them come from more ports than any single one did.
  const isSymmetric = reflexive > reflexiveOfOne;
  const needsTurn = isSymmetric || (reflexive > 0 && hasFailed);
  const failures =
    attempts === undefined ? '' : `${attempts.failed} attempts failed, ${attempts.opened} succeeded`;
  add('NAT_NEEDS_TURN', needsTurn && relayed === 0, failures);
  const isHidden = hosts > 0 && hidden === hosts;
  add('MDNS_ONLY', isHidden && reflexive + relayed + stunServers + turnServers === 0);
}
