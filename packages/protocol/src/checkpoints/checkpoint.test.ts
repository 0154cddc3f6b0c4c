import { describe, expect, it } from 'vitest';
import { readData } from '../../../../tests/node/data-files.js';
import { base64ToBytes, bytesToBase64 } from '../bytes/base64.js';
import { ByteReader } from '../bytes/byte-reader.js';
import { resolveNetwork } from '../families/networks.js';
import { type Checkpoint, makeCheckpoint, openCheckpoint, readCheckpoint } from './checkpoint.js';
import { hashLeaf, RootBuilder } from './header-commitment.js';

const family = resolveNetwork('bitcoin-mainnet');
const headers = readData('bitcoin/headers/mainnet_0-32259.bin');

/** A checkpoint of the real chain. Its work is that of difficulty 1, which these headers have. */
function checkpointAt(height: number): Checkpoint {
  const at = (index: number): Uint8Array => headers.subarray(index * 80, (index + 1) * 80);
  const builder = new RootBuilder();
  for (let i = 0; i <= height; i++) builder.append(hashLeaf(at(i)));
  const base = {
    height,
    hash: family.headerHash(at(height)),
    chainwork: BigInt(height + 1) * 4_295_032_833n,
    records: headers.subarray(family.firstAncestor(height) * 80, (height + 1) * 80),
  };
  return makeCheckpoint(family, 'bitcoin-mainnet', base, builder.root());
}

const good = checkpointAt(2016);

describe('a checkpoint', () => {
  it('names a real header, its chainwork, and the headers that the rules look at', () => {
    expect(good).toMatchObject({
      version: 1,
      network: 'bitcoin-mainnet',
      height: 2016,
      hash: '00000000a141216a896c54f211301c436e557a8d55900637bbdce14c6c7bddef',
      chainwork: (2017n * 4_295_032_833n).toString(),
    });
    expect(base64ToBytes(good.window)).toHaveLength(11 * 80);
  });

  it('survives JSON', () => {
    const read = readCheckpoint(JSON.parse(JSON.stringify(good)));
    expect(read).toEqual(good);
    const { base, root } = openCheckpoint(family, read);
    expect(makeCheckpoint(family, 'bitcoin-mainnet', base, root)).toEqual(good);
  });

  it('can be genesis, and can stand at the end of a period', () => {
    expect(openCheckpoint(family, checkpointAt(0)).base.records).toEqual(family.genesis.record);
    const last = readCheckpoint(checkpointAt(2015));
    expect(openCheckpoint(family, last).base.records).toHaveLength(2016 * 80);
  });

  it('drops members that it does not know', () => {
    expect(readCheckpoint({ ...good, note: 'hello' })).toEqual(good);
  });
});

describe('the form of a checkpoint', () => {
  it.each([
    ['nothing', undefined, TypeError, 'checkpoint: must be an object, got undefined'],
    ['null', null, TypeError, 'checkpoint: must be an object, got null'],
    ['a string', 'x', TypeError, 'checkpoint: must be an object, got string'],
  ])('is not %s', (_, value, error, text) => {
    expect(() => readCheckpoint(value)).toThrow(error);
    expect(() => readCheckpoint(value)).toThrow(text);
  });

  it.each([
    ['version', 2, 'checkpoint.version: must be 1, got 2'],
    ['version', undefined, 'checkpoint.version: must be 1, got undefined'],
    ['network', 7, 'checkpoint.network: must be a name or an object, got number'],
    ['network', null, 'checkpoint.network: must be a name or an object, got null'],
    ['height', '5', 'checkpoint.height: must be a number, got string'],
    ['height', -1, 'checkpoint.height: must be an integer from 0 to 2147483648, got -1'],
    ['height', 2 ** 31 + 1, 'checkpoint.height: must be an integer from 0 to 2147483648, got 2147483649'],
    ['height', 0.5, 'checkpoint.height: must be an integer from 0 to 2147483648, got 0.5'],
    ['hash', 5, 'checkpoint.hash: must be a string, got number'],
    ['hash', 'ab', 'checkpoint.hash: must be 64 lowercase hex digits'],
    ['hash', good.hash.toUpperCase(), 'checkpoint.hash: must be 64 lowercase hex digits'],
    ['root', `${good.root}0`, 'checkpoint.root: must be 64 lowercase hex digits'],
    ['chainwork', 5, 'checkpoint.chainwork: must be a string, got number'],
    ['chainwork', '0', 'checkpoint.chainwork: must be decimal digits of an integer from 1 to 2^128 - 1'],
    [
      'chainwork',
      (2n ** 128n).toString(),
      'checkpoint.chainwork: must be decimal digits of an integer from 1 to 2^128 - 1',
    ],
    ['window', 'abc', 'checkpoint.window: must be base64 of at most 161280 bytes'],
    [
      'window',
      'A'.repeat((161_280 / 3) * 4 + 4),
      'checkpoint.window: must be base64 of at most 161280 bytes',
    ],
  ])('has a good %s: not %j', (member, value, text) => {
    expect(() => readCheckpoint({ ...good, [member]: value })).toThrow(text);
  });
});

describe('the content of a checkpoint', () => {
  const window = base64ToBytes(good.window) as Uint8Array;
  const withWindow = (bytes: Uint8Array): Checkpoint => ({ ...good, window: bytesToBase64(bytes) });

  it.each([
    ['no headers', withWindow(new Uint8Array(0)), 'no header at height 2006'],
    ['too few headers', withWindow(window.subarray(80)), 'no header at height 2016'],
    ['half a header more', withWindow(Uint8Array.of(...window, 1)), 'more than the headers 2006 … 2016'],
    [
      'headers that are not on one another',
      withWindow(window.with(5 * 80 + 4, 1)),
      'the header at height 2011 is not on the one before',
    ],
    [
      'another header at its end',
      withWindow(window.with(10 * 80 + 76, 1)),
      'does not end with the header of',
    ],
    ['another hash', { ...good, hash: good.root }, 'does not end with the header of'],
    ['another height', { ...good, height: 2027 }, 'no header at height 2027'],
  ])('is not %s', (_, checkpoint, text) => {
    const open = () => openCheckpoint(family, readCheckpoint(checkpoint));
    expect(open).toThrow(RangeError);
    expect(open).toThrow(text);
  });
});

describe('the bytes of a header', () => {
  it.each(['vision-devnet', 'vision-mainnet', 'bitcoin-mainnet'] as const)(
    'of %s are read as they are written',
    (name) => {
      const rules = resolveNetwork(name);
      const bytes = rules.headerBytes(rules.genesis.record);
      const reader = new ByteReader(Uint8Array.of(...bytes, ...bytes));
      expect(rules.readHeaderBytes(reader)).toEqual(rules.genesis.record);
      expect(rules.readHeaderBytes(reader)).toEqual(rules.genesis.record);
      expect(reader.isDone).toBe(true);
      expect(rules.headerHash(rules.genesis.record)).toEqual(rules.genesis.hash);
      for (let length = 0; length < bytes.length; length++)
        expect(rules.readHeaderBytes(new ByteReader(bytes.subarray(0, length)))).toBeUndefined();
    },
  );

  it('of Vision are 140 and the miner, and begin with the rules of their network', () => {
    const devnet = resolveNetwork('vision-devnet');
    const mainnet = resolveNetwork('vision-mainnet');
    const bytes = devnet.headerBytes(devnet.genesis.record);
    const miner = String(devnet.describe(devnet.genesis.record, devnet.genesis.hash, 0).fields.miner);
    expect(bytes).toHaveLength(140 + miner.length);
    expect(mainnet.readHeaderBytes(new ByteReader(bytes))).toBeUndefined();
    expect(devnet.readHeaderBytes(new ByteReader(bytes.with(0, 0)))).toBeUndefined();
    expect(devnet.readHeaderBytes(new ByteReader(bytes.with(105, 1)))).toBeUndefined();
  });
});
