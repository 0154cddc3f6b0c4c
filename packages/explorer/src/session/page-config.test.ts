import { describe, expect, it } from 'vitest';
import { PageConfigError, readPageConfig, resolveSignal } from './page-config.js';

const place = { protocol: 'http:', hostname: 'localhost', search: '' };
const file = (value: unknown) => async () => (typeof value === 'string' ? value : JSON.stringify(value));
const none = async () => undefined;

describe('readPageConfig', () => {
  it('takes the devnet and port 8081 of the page’s host where nothing is said', async () => {
    expect(await readPageConfig(place, none)).toEqual({
      network: 'vision-devnet',
      signal: ['http://localhost:8081'],
    });
  });

  it('follows config.json', async () => {
    const network = { name: 'mine', targetSpacingS: 5 };
    const config = await readPageConfig(place, file({ network, signal: [':9', 'https://a.example'] }));
    expect(config).toEqual({ network, signal: ['http://localhost:9', 'https://a.example'] });
  });

  it('lets the address bar override either setting alone', async () => {
    const text = file({ network: 'vision-mainnet', signal: [':9'] });
    expect(await readPageConfig({ ...place, search: '?network=bitcoin-regtest' }, text)).toEqual({
      network: 'bitcoin-regtest',
      signal: ['http://localhost:9'],
    });
    expect(await readPageConfig({ ...place, search: '?signal=:1,:2&signal=:3' }, text)).toEqual({
      network: 'vision-mainnet',
      signal: ['http://localhost:1', 'http://localhost:2', 'http://localhost:3'],
    });
  });

  it('takes from the address, else from the file, who learns the visitor’s addresses', async () => {
    const text = file({ privacy: 'stun' });
    expect(await readPageConfig(place, text)).toMatchObject({ privacy: 'stun' });
    // Also where the address says which network, and where to meet it.
    const linked = { ...place, search: '?network=vision-devnet&signal=:1' };
    expect(await readPageConfig(linked, text)).toMatchObject({ privacy: 'stun' });
    const asked = { ...place, search: '?privacy=relay-only' };
    expect(await readPageConfig(asked, text)).toMatchObject({ privacy: 'relay-only' });
    await expect(readPageConfig(place, file({ privacy: 7 }))).rejects.toThrow('privacy must be a text');
  });

  it('takes gateways from the address bar, else those of the file for the network of the file', async () => {
    const text = file({ network: 'vision-mainnet', signal: [], gateways: ['a', 'b'] });
    const own = await readPageConfig(place, text);
    expect(own).toMatchObject({ signal: [], gateways: ['a', 'b'] });
    const other = await readPageConfig({ ...place, search: '?network=vision-devnet' }, text);
    expect(other).not.toHaveProperty('gateways');
    const given = await readPageConfig({ ...place, search: '?gateway=c,d&gateway=e' }, text);
    expect(given.gateways).toEqual(['c', 'd', 'e']);
  });

  it('takes the least chainwork and the checkpoint of the file for the network of the file, and for no other', async () => {
    const text = file({ network: 'bitcoin-mainnet', signal: [':9'], minChainwork: '0', checkpoint: false });
    const own = await readPageConfig(place, text);
    expect(own).toMatchObject({ minChainwork: '0', checkpoint: false });
    const other = await readPageConfig({ ...place, search: '?network=bitcoin-testnet3' }, text);
    expect(other).not.toHaveProperty('minChainwork');
    expect(other).not.toHaveProperty('checkpoint');
  });

  it('takes a network of one’s own from the address bar', async () => {
    const search = `?network=${encodeURIComponent('{"name":"mine"}')}`;
    expect((await readPageConfig({ ...place, search }, none)).network).toEqual({ name: 'mine' });
  });

  it.each([
    ['no JSON', '<p>'],
    ['no object', '[]'],
    ['a network that is a number', { network: 5 }],
    ['a least chainwork that is no text', { minChainwork: 0 }],
    ['a signal that is no list of texts', { signal: [1] }],
    ['gateways that are no list of texts', { gateways: 'a' }],
    ['a signal that is no address', { signal: ['ftp://a.example'] }],
  ])('refuses %s', async (_what, value) => {
    await expect(readPageConfig(place, file(value))).rejects.toThrow(PageConfigError);
  });

  it('refuses a network in the address bar that is cut off', async () => {
    await expect(readPageConfig({ ...place, search: '?network={"name"' }, none)).rejects.toThrow(
      PageConfigError,
    );
  });
});

describe('resolveSignal', () => {
  it('uses https on a page that came by https', () => {
    expect(resolveSignal(':8081', { ...place, protocol: 'https:', hostname: 'a.example' })).toBe(
      'https://a.example:8081',
    );
  });

  it('works for an IPv6 host, and for a page opened from a file', () => {
    expect(resolveSignal(':8081', { ...place, hostname: '[::1]' })).toBe('http://[::1]:8081');
    expect(resolveSignal(':8081', { ...place, protocol: 'file:', hostname: '' })).toBe(
      'http://localhost:8081',
    );
  });

  it.each(['', ':', ':x', ':99999', 'localhost:8081', 'javascript:alert(1)'])('refuses “%s”', (text) => {
    expect(() => resolveSignal(text, place)).toThrow(PageConfigError);
  });
});
