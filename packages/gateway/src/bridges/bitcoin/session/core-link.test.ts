import { decodeMessage, type Message, MessageAssembler } from '@vision-light/protocol';
import { expect, it } from 'vitest';
import { CoreLink } from './core-link.js';

it('says a message to its end before the next one, though the core asks for that in the middle', () => {
  const body = new Uint8Array(200_000).fill(7);
  const assembler = new MessageAssembler(1_000_000);
  const heard: Message[] = [];
  let hasAsked = false;
  const link = new CoreLink((frame) => {
    for (const bytes of assembler.push(frame)) {
      const decoded = decodeMessage(bytes.slice());
      if (decoded.ok) heard.push(decoded.message);
    }
    if (hasAsked) return;
    hasAsked = true;
    link.say({ type: 'pong', requestId: 9 });
  });
  link.say({ type: 'blocks', requestId: 8, hash: new Uint8Array(32), body });
  expect(assembler.fault).toBeUndefined();
  expect(heard).toMatchObject([
    { type: 'blocks', requestId: 8, body },
    { type: 'pong', requestId: 9 },
  ]);
});
