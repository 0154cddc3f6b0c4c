import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { helpText, readSettings, SettingError, type Settings } from './settings.js';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'vision-light-settings-'));
  writeFileSync(path.join(folder, 'network.json'), '{"name":"mine"}');
  writeFileSync(path.join(folder, 'list.json'), '7');
});

afterAll(() => rmSync(folder, { recursive: true }));

function read(args: string[], env: NodeJS.ProcessEnv = {}): Settings {
  const settings = readSettings(args, { INIT_CWD: folder, ...env });
  if (settings === 'help') throw new Error('help');
  return settings;
}

describe('readSettings', () => {
  it('has a default for everything', () => {
    expect(read([])).toEqual({
      gateway: {
        network: undefined,
        signal: ['http://localhost:8081'],
        visionNodes: undefined,
        dataDir: path.join(folder, '.data'),
        headersFile: undefined,
        port: undefined,
        host: undefined,
        txIndex: false,
        trustProxy: false,
        mine: undefined,
        minerName: undefined,
        history: undefined,
        transactions: undefined,
      },
      logFormat: 'text',
      logLevel: 'info',
      progressForm: undefined,
    });
  });

  it('lets whoever reads its output say how progress looks', () => {
    expect(read(['--progress', 'bar']).progressForm).toBe('bar');
    expect(read([], { PROGRESS: 'lines' }).progressForm).toBe('lines');
    expect(() => read(['--progress', 'dots'])).toThrow('--progress must be one of bar, lines, not "dots".');
  });

  it('takes options over the environment', () => {
    const env = {
      GATEWAY_PORT: '1',
      NETWORK: 'bitcoin-signet',
      SIGNAL_URL: 'http://a,http://b',
      LOG_FORMAT: 'json',
    };
    const fromEnv = read([], env);
    expect(fromEnv).toMatchObject({ logFormat: 'json', gateway: { port: 1, network: 'bitcoin-signet' } });
    expect(fromEnv.gateway.signal).toEqual(['http://a', 'http://b']);
    const args = [
      '--port',
      '2',
      '--network',
      'bitcoin-regtest',
      '--signal',
      'http://c',
      '--signal',
      'https://d',
    ];
    const { gateway } = read(args, env);
    expect(gateway).toMatchObject({ port: 2, network: 'bitcoin-regtest', signal: ['http://c', 'https://d'] });
  });

  it('believes a proxy only where it is told to', () => {
    expect(read(['--trust-proxy']).gateway.trustProxy).toBe(true);
    expect(read([], { GATEWAY_TRUST_PROXY: 'true' }).gateway.trustProxy).toBe(true);
    expect(read([], { GATEWAY_TRUST_PROXY: 'false' }).gateway.trustProxy).toBe(false);
    expect(() => read([], { GATEWAY_TRUST_PROXY: '1' })).toThrow('GATEWAY_TRUST_PROXY must be one of');
  });

  it('reads the direct port, that there is none, and its addresses', () => {
    expect(read([]).gateway).toMatchObject({ directPort: undefined, directHosts: undefined });
    expect(read(['--direct-port', '0']).gateway.directPort).toBe(0);
    expect(read([], { GATEWAY_DIRECT_PORT: '65535' }).gateway.directPort).toBe(65_535);
    expect(read(['--no-direct'], { GATEWAY_DIRECT_PORT: '9' }).gateway.directPort).toBe(false);
    expect(() => read(['--direct-port', '65536'])).toThrow('--direct-port must be a whole number');
    expect(() => read(['--no-direct', '--direct-port', '1'])).toThrow('exclude each other');
    const hosts = ['192.0.2.7', '2001:db8::7'];
    expect(read(hosts.flatMap((host) => ['--direct-host', host])).gateway.directHosts).toEqual(hosts);
    expect(read([], { GATEWAY_DIRECT_HOST: hosts.join() }).gateway.directHosts).toEqual(hosts);
    expect(() => read(['--direct-host', 'a.example'])).toThrow('--direct-host: "a.example" is no IP address');
    const many = Array.from({ length: 9 }, (_, i) => `192.0.2.${i}`).join();
    expect(() => read([], { GATEWAY_DIRECT_HOST: many })).toThrow('GATEWAY_DIRECT_HOST: at most 8 addresses');
  });

  it('takes how many peers of one network may come', () => {
    expect(read([]).gateway.peersPerGroup).toBeUndefined();
    expect(read(['--peers-per-group', '9']).gateway.peersPerGroup).toBe(9);
    expect(read([], { PEERS_PER_GROUP: '8' }).gateway.peersPerGroup).toBe(8);
    expect(() => read(['--peers-per-group', '97'])).toThrow('--peers-per-group must be a whole number');
  });

  it('keeps an index of transactions where it is told to', () => {
    expect(read(['--tx-index']).gateway.txIndex).toBe(true);
    expect(read(['--tx-index'], { TX_INDEX: 'off' }).gateway.txIndex).toBe(true);
    expect(read([], { TX_INDEX: 'on' }).gateway.txIndex).toBe(true);
    expect(read([], { TX_INDEX: 'off' }).gateway.txIndex).toBe(false);
    expect(() => read([], { TX_INDEX: '1' })).toThrow('TX_INDEX must be one of off, on, not "1".');
  });

  it('takes work in decimal and hexadecimal digits', () => {
    expect(read([]).gateway.minChainwork).toBeUndefined();
    expect(read(['--min-chainwork', '0x88e1']).gateway.minChainwork).toBe(0x88e1n);
    expect(read([], { MIN_CHAINWORK: '0' }).gateway.minChainwork).toBe(0n);
    expect(() => read(['--min-chainwork', 'much'])).toThrow('--min-chainwork must be a number, decimal');
  });

  it('resolves paths from where the command was typed', () => {
    const { gateway } = read(['--headers', 'h.bin', '--data-dir', '../d']);
    expect(gateway.headersFile).toBe(path.join(folder, 'h.bin'));
    expect(gateway.dataDir).toBe(path.resolve(folder, '../d'));
    expect(read([], { DATA_DIR: '/abs' }).gateway.dataDir).toBe('/abs');
  });

  it('reads a network of one’s own from a file, over the environment', () => {
    expect(read(['--network-file', 'network.json'], { NETWORK: 'bitcoin-signet' }).gateway.network).toEqual({
      name: 'mine',
    });
  });

  it.each([
    [[], undefined],
    [['--mine'], true],
    [['--no-mine'], false],
    [['--threads', '3'], 3],
    [['--mine', '--threads', '3'], 3],
    [['--no-mine', '--threads', '3'], false],
  ])('mines as told by %j', (args, mine) => {
    expect(read(args).gateway.mine).toBe(mine);
  });

  it('knows help, and names every option in it', () => {
    expect(readSettings(['--help', '--port', 'x'], {})).toBe('help');
    for (const name of [
      'network-file',
      'signal',
      'vision-node',
      'data-dir',
      'headers',
      'tx-index',
      'no-mine',
      'threads',
      'history',
      'transactions',
    ]) {
      expect(helpText).toContain(`--${name}`);
    }
  });

  it.each([
    [['--prot', '1'], {}, "Unknown option '--prot'. See --help."],
    [['--port', 'x'], {}, '--port must be a whole number from 0 to 65535, not "x".'],
    [[], { GATEWAY_PORT: '65536' }, 'GATEWAY_PORT must be a whole number from 0 to 65535, not "65536".'],
    [['--threads', '0'], {}, '--threads must be a whole number from 1 to 256, not "0".'],
    [['--transactions', '9999'], {}, '--transactions must be a whole number from 0 to 2000, not "9999".'],
    [['--history', '1.5'], {}, '--history must be a whole number from 0 to 100000, not "1.5".'],
    [['--log', 'xml'], {}, '--log must be one of text, json, not "xml".'],
    [['--mine', '--no-mine'], {}, '--mine and --no-mine exclude each other.'],
    [['--network', 'n', '--network-file', 'f'], {}, '--network and --network-file exclude each other.'],
    [['--signal', 'localhost'], {}, '--signal: "localhost" is no http or https URL.'],
    [['--signal', 'udp://a#tracker'], {}, '--signal: "udp://a#tracker" is no http or https URL.'],
    [['--vision-node', 'ws://a'], {}, '--vision-node: "ws://a" is no http or https URL.'],
    [[], { VISION_NODES: 'http://a,b' }, 'VISION_NODES: "b" is no http or https URL.'],
    [[], { VISION_NODES: `${'http://a,'.repeat(8)}http://a` }, 'VISION_NODES: at most 8 servers.'],
    [[], { SIGNAL_URL: 'ftp://x' }, 'SIGNAL_URL: "ftp://x" is no http or https URL.'],
  ])('refuses %j %j', (args, env, message) => {
    expect(() => read(args, env)).toThrow(new SettingError(message));
  });

  it('refuses an unknown network and files that hold none', () => {
    expect(() => read(['--network', 'x'])).toThrow(/^--network: "x" is none of vision-devnet, /);
    expect(() => read(['--network-file', 'missing'])).toThrow(/cannot read .*missing \(ENOENT\)/);
    expect(() => read(['--network-file', 'list.json'])).toThrow(/holds no JSON object/);
  });
});
