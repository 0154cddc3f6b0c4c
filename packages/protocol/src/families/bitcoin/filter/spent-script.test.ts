import { ripemd160 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { bytesToHex, hexToBytes } from '../../../bytes/hex.js';
import { type SpentScript, spentScript } from './spent-script.js';

function bytes(hex: string): Uint8Array {
  const read = hexToBytes(hex, hex.length / 2);
  if (read === undefined) throw new Error(`not hex: ${hex}`);
  return read;
}

const hash160 = (data: Uint8Array): string => bytesToHex(ripemd160(sha256(data)));

/** The generator of the curve as a public key, in each of its forms. */
const x = '79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798';
const y = '483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8';
const key = `02${x}`;
const oddKey = `03${x}`;
const longKey = `04${x}${y}`;
const signature = `3006020101020101${'01'}`;
const longSignature = `3046022100${'ff'.repeat(32)}022100${'ee'.repeat(32)}01`;
/** Checks a signature of the key. */
const keyScript = `21${key}ac`;
const multisig = `5221${key}21${oddKey}52ae`;
const keyHash = '751e76e8199196d454941c45d1b3a323f1433bd6';

/** One push in a scriptSig. */
function push(hex: string): string {
  const size = (hex.length / 2).toString(16).padStart(2, '0');
  return hex.length / 2 < 0x4c ? size + hex : `4c${size}${hex}`;
}

const scriptOf = (scriptSig: string, witness: readonly string[] = []): SpentScript | undefined =>
  spentScript({ outpoint: new Uint8Array(36), scriptSig: bytes(scriptSig), witness: witness.map(bytes) });

function expectLikely(found: SpentScript | undefined, script: string): void {
  expect(found && { ...found, script: bytesToHex(found.script) }).toEqual({ script, isCertain: false });
}

describe('an input without a witness shows', () => {
  it('the hash of its key', () => {
    expectLikely(scriptOf(push(signature) + push(key)), `76a914${keyHash}88ac`);
    expectLikely(scriptOf(push(longSignature) + push(key)), `76a914${keyHash}88ac`);
    for (const form of [oddKey, longKey, `06${x}${y}`, `07${x}${y}`])
      expectLikely(scriptOf(push(signature) + push(form)), `76a914${hash160(bytes(form))}88ac`);
  });

  it('the hash of a script that checks signatures', () => {
    for (const script of [keyScript, multisig, `${keyScript}51`, `21${key}ad51`, `51ae`, `51af51`]) {
      const expected = `a914${hash160(bytes(script))}87`;
      expectLikely(scriptOf(push(signature) + push(script)), expected);
      expectLikely(scriptOf(`00${push(signature)}${push(signature)}4f516000${push(script)}`), expected);
    }
  });

  it('the same, however long it is', () => {
    for (const [size, count] of [
      ['4c', 255],
      ['4d', 256],
      ['4d', 520],
    ] as const) {
      const script = `${'61'.repeat(count - 1)}ac`;
      const little = [count & 0xff, count >> 8].slice(0, size === '4c' ? 1 : 2);
      const pushed = size + bytesToHex(Uint8Array.from(little)) + script;
      expectLikely(scriptOf(push(signature) + pushed), `a914${hash160(bytes(script))}87`);
      expectLikely(
        scriptOf(
          `${push(signature)}4e${bytesToHex(Uint8Array.from([count & 0xff, count >> 8, 0, 0]))}${script}`,
        ),
        `a914${hash160(bytes(script))}87`,
      );
    }
  });

  it.each([
    ['it is empty', ''],
    ['there is only a signature: a bare key', push(signature)],
    [
      'there are only signatures: bare keys, one of which begins as a script',
      `00${push(signature)}${push(longSignature)}`,
    ],
    ['there is only a key', push(key)],
    ['a key follows two signatures', push(signature) + push(signature) + push(key)],
    ['a key follows no signature', push('51') + push(key)],
    ['two keys follow a signature', push(signature) + push(key) + push(oddKey)],
    ['a script follows no signature', push('51') + push(multisig)],
    ['there is only a script', push(multisig)],
    ['what follows the signature checks none', push(signature) + push('5187')],
    ['what follows the signature checks a time', push(signature) + push('51b2')],
    ['what it checks is in data alone', push(signature) + push('02acac51')],
    ['what follows the signature is cut short', push(signature) + push('ac02ac')],
    ['what follows is empty', `${push(signature)}00`],
    ['something is done in between', `${push(signature)}61${push(multisig)}`],
    ['a push goes beyond the end', `${push(signature)}${push(multisig).slice(0, -2)}`],
    ['a length goes beyond the end', `${push(signature)}4d47`],
    ['the key is of another length', push(signature) + push(`02${x.slice(2)}`)],
    ['the key is of another form', push(signature) + push(`05${x}`)],
    ['the long key is of another form', push(signature) + push(`05${x}${y}`)],
    ['the long key is cut short', push(signature) + push(`04${'11'.repeat(63)}`)],
  ])('nothing if %s', (_what, scriptSig) => {
    expect(scriptOf(scriptSig)).toBeUndefined();
  });

  it.each([
    ['no type behind it', '3006020101020101'],
    ['two types behind it', `${signature}01`],
    ['another length', '300702010102010101'],
    ['no first integer', '300602000202010101'],
    ['no second integer', '300602020101020001'],
    ['another form', '310602010102010101'],
    ['another first number', '300603010102010101'],
    ['another second number', '300602010103010101'],
    ['too many bytes', `30470222${'01'.repeat(34)}0221${'01'.repeat(33)}01`],
    ['a second integer that is longer than the rest', '300602010102020101'],
    ['no bytes', ''],
  ])('nothing if the signature has %s', (_what, other) => {
    expect(scriptOf(push(other) + push(key))).toBeUndefined();
  });
});

describe('an input with a witness shows', () => {
  it('the hash of its key', () => {
    expectLikely(scriptOf('', [signature, key]), `0014${keyHash}`);
    expectLikely(scriptOf('', [signature, longKey]), `0014${hash160(bytes(longKey))}`);
  });

  it('the hash of a script that checks signatures', () => {
    // BIP173 has the address of this script.
    const program = '1863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262';
    expectLikely(scriptOf('', [signature, keyScript]), `0020${program}`);
    expectLikely(scriptOf('', [keyScript]), `0020${program}`);
    expectLikely(scriptOf('', [signature, key, keyScript]), `0020${program}`);
    expectLikely(scriptOf('', ['', signature, signature, keyScript]), `0020${program}`);
    // As long as a control block, of four keys and of another number of them, which begins otherwise.
    for (const script of [`51${'61'.repeat(31)}ac`, `${'61'.repeat(96)}ac`, `c0${'61'.repeat(32)}ac`])
      expectLikely(scriptOf('', ['', script]), `0020${bytesToHex(sha256(bytes(script)))}`);
  });

  it('for certain what its scriptSig is the script of', () => {
    const found = scriptOf(push(`0014${keyHash}`), [signature, key]);
    expect(found?.isCertain).toBe(true);
    expect(bytesToHex(found?.script ?? new Uint8Array(0))).toBe(
      'a914bcfeb728b584253d5f3f70bcb780e9ef218a68f487',
    );
    const program = `0020${'ab'.repeat(32)}`;
    const script = `a914${hash160(bytes(program))}87`;
    expect(bytesToHex(scriptOf(push(program), ['', ''])?.script ?? new Uint8Array(0))).toBe(script);
  });

  const control = (first: string, steps = 0): string => `${first}${x}${'ab'.repeat(32 * steps)}`;
  it.each([
    ['a signature of taproot', ['ac'.repeat(64)]],
    ['one with a type', ['ac'.repeat(65)]],
    ['a script of taproot', ['ab', keyScript, control('c0')]],
    ['one at the other parity', ['ab', keyScript, control('c1')]],
    ['one below a tree', ['ab', keyScript, control('c0', 3)]],
    // Script and control block, of any version that no script of P2WSH begins with.
    ...['66', '7e', '80', '84', '96', '98', 'ba', 'bc', 'be', 'fe', 'ff', '67'].map(
      (first): [string, string[]] => [`a version ${first}`, [keyScript, `${first}ac${'61'.repeat(31)}`]],
    ),
    ['an annex', [keyScript, '50ac']],
    ['an annex and no other item', ['50']],
    ['a script that checks nothing', ['', '51']],
    ['nothing in its last item', ['ab', '']],
    ['a key behind what is no signature', ['51', key]],
    ['a key behind two signatures', [signature, signature, key]],
  ])('nothing if there is %s', (_what, witness) => {
    expect(scriptOf('', witness)).toBeUndefined();
  });

  it('nothing beside a scriptSig that is no push', () => {
    expect(scriptOf('61', [signature, key])).toBeUndefined();
  });
});
