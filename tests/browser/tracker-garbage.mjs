/** Frames that no tracker sends: each ends the connection. */
export const trackerGarbage = [
  '',
  'cats',
  '7',
  'null',
  '[]',
  '{"action":"announce"',
  new Uint8Array([123, 125]),
  JSON.stringify({ action: 'announce', more: 'x'.repeat(65_536) }),
];

const offer = { type: 'offer', sdp: 'v=0\r\nm=application 9 x\r\n' };
const id = (char) => char.repeat(20);

/**
 * Messages of a tracker that are to be ignored, but for the offers of the peers `a` and `\xff`.
 *
 * @param {string} infoHash
 * @param {string} ownId  of whoever gets them
 */
export function trackerNonsense(infoHash, ownId) {
  const offered = { action: 'announce', info_hash: infoHash, offer, offer_id: id('o'), peer_id: id('p') };
  const { offer: _offer, ...named } = offered;
  return [
    {},
    { action: 'scrape', files: {} },
    { ...offered, action: 'cats' },
    { ...offered, info_hash: id('x') },
    { ...offered, info_hash: undefined },
    // Our own offer, handed back.
    { ...offered, peer_id: ownId },
    { ...offered, peer_id: undefined },
    { ...offered, peer_id: id('p').slice(1) },
    { ...offered, peer_id: id('☃') },
    { ...offered, offer_id: 7 },
    { ...offered, offer_id: `${id('o')}o` },
    { ...offered, offer: null },
    { ...offered, offer: { ...offer, type: 'answer' } },
    { ...offered, offer: { type: 'full' } },
    { ...offered, offer: { type: 'candidate', candidate: { candidate: 'junk', sdpMid: '0' } } },
    { ...offered, offer: { ...offer, sdp: 'v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n' } },
    { ...offered, offer: { ...offer, sdp: 'v=0\r\nm=application 9 x\r\n'.padEnd(16_385) } },
    // An answer to what was never offered.
    { ...named, answer: { ...offer, type: 'answer' } },
    { ...named, answer: offer },
    { ...offered, peer_id: id('a'), 'warning message': 'be careful', offer: { ...offer, more: 1 } },
    { ...offered, peer_id: id('\xff'), offer_id: id('\0') },
  ];
}
