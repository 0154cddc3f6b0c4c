/** What no server sends: packets of engine.io, as text or bytes. The client asks for one of them by its place here. */
export const serverGarbage = [
  // Attachments: one that is announced and comes, one that is announced and does not, and one that nobody announced.
  ['451-["signal",{"_placeholder":true,"num":0}]', new Uint8Array([1, 2, 3])],
  ['451-["signal",{"_placeholder":true,"num":0}]', '42["signal",{}]'],
  [new Uint8Array([1, 2, 3])],
  ['bAQID'],
  ['461-0[{"_placeholder":true,"num":0}]'],
  // Packets of socket.io without what they need, or with something else.
  ['40', '40{}', '40[1]'],
  ['43999[]', '430', '43'],
  ['44'],
  ['44{"message":{"toString":1}}'],
  ['44{"message":"no"}'],
  ['42'],
  ['42[]', '42{}'],
  ['42["connect"]', '42[7]', '42/other,["signal"]'],
  ['49', '4'],
  // Packets of engine.io: handshakes that are none, upgrades to what the client did not ask for, and no packets at all.
  ['0'],
  ['0null', '0{"upgrades":7}'],
  ['0{"sid":"x","upgrades":["polling","websocket","webtransport"],"pingInterval":25000,"pingTimeout":20000}'],
  ['2probe', '3probe', '5', '6'],
  ['9', 'x', ''],
];
