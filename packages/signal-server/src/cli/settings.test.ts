import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { defaultLimits } from '../limits.js';
import { helpText, readSettings, SettingError, type Settings } from './settings.js';

function read(args: string[], env: Record<string, string> = {}): Settings {
  const settings = readSettings(args, env);
  if (settings === 'help') throw new Error('help');
  return settings;
}

test('without anything everything is at its default', () => {
  expect(read([])).toEqual({
    server: { trustProxy: false, limits: {} },
    logFormat: 'text',
    logLevel: 'info',
  });
});

test('options and environment say the same; the option wins', () => {
  const iceServers = [{ urls: ['stun:a.example', 'turns:b.example'], username: 'u', credential: 'c' }];
  const expected = {
    server: {
      port: 9000,
      host: '::1',
      iceServers,
      turn: { urls: ['turn:t.example', 'turns:t.example:5349'], secret: 's3cret', ttlS: 600 },
      redisUrl: 'rediss://user:secret@redis.example:6380/1',
      origins: ['https://a.example', 'https://b.example'],
      trustProxy: true,
      limits: { maxFrameBytes: 1000, joinTimeoutMs: 5 },
    },
    logFormat: 'json',
    logLevel: 'debug',
  };
  const args = ['--port', '9000', '--host', '::1', '--ice-servers', JSON.stringify(iceServers)];
  args.push('--origins', 'https://a.example, https://b.example', '--trust-proxy', '--log=json');
  args.push('--redis-url', 'rediss://user:secret@redis.example:6380/1');
  args.push(
    '--turn-urls',
    'turn:t.example, turns:t.example:5349',
    '--turn-secret',
    's3cret',
    '--turn-ttl',
    '600',
  );
  args.push('--log-level', 'debug', '--max-frame-bytes', '1000', '--join-timeout-ms', '5');
  const env = {
    SIGNAL_PORT: '9000',
    SIGNAL_HOST: '::1',
    ICE_SERVERS: JSON.stringify(iceServers),
    TURN_URLS: 'turn:t.example,turns:t.example:5349',
    TURN_SECRET: 's3cret',
    TURN_TTL: '600',
    REDIS_URL: 'rediss://user:secret@redis.example:6380/1',
    SIGNAL_ORIGINS: 'https://a.example,https://b.example',
    SIGNAL_TRUST_PROXY: 'true',
    LOG_FORMAT: 'json',
    LOG_LEVEL: 'debug',
    SIGNAL_MAX_FRAME_BYTES: '1000',
    SIGNAL_JOIN_TIMEOUT_MS: '5',
  };
  expect(read(args)).toEqual(expected);
  expect(read([], env)).toEqual(expected);
  expect(read(['--port', '1'], env).server.port).toBe(1);
});

test('ICE servers can stand in a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vision-light-signal-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'ice.json');
  writeFileSync(file, '[{ "urls": "stun:a.example" }]');
  expect(read(['--ice-servers', file]).server.iceServers).toEqual([{ urls: 'stun:a.example' }]);
});

test('the secret of TURN can stand in a file, without the end of its line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vision-light-signal-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'secret');
  writeFileSync(file, 's3cret\n');
  const { turn } = read(['--turn-urls', 'turn:t.example'], { TURN_SECRET_FILE: file }).server;
  expect(turn).toEqual({ urls: ['turn:t.example'], secret: 's3cret', ttlS: 3600 });
  writeFileSync(file, '\n');
  expect(() => read(['--turn-urls', 'turn:t.example', '--turn-secret-file', file])).toThrow(
    '--turn-secret-file holds no secret.',
  );
});

test.each([
  [['--turn-urls', 'turn:a'], '--turn-urls needs TURN_SECRET or TURN_SECRET_FILE.'],
  [['--turn-secret', 's3cret'], '--turn-secret is of no use without --turn-urls or TURN_URLS.'],
  [['--turn-secret-file', '/no/such'], '--turn-secret-file: cannot read "/no/such" (ENOENT).'],
  [['--turn-ttl', '600'], '--turn-ttl is of no use without --turn-urls or TURN_URLS.'],
  [
    ['--turn-secret', 's3cret', '--turn-secret-file', 'f'],
    '--turn-secret and --turn-secret-file exclude each other.',
  ],
  [
    ['--turn-urls', 'stun:a', '--turn-secret', 's3cret'],
    '--turn-urls must be addresses that begin with turn:',
  ],
  [
    ['--turn-urls', 'turn:a,', '--turn-secret', 's3cret'],
    '--turn-urls must be addresses that begin with turn:',
  ],
  [
    ['--turn-urls', 'turn:a', '--turn-secret', 's3cret', '--turn-ttl', '59'],
    '--turn-ttl must be a whole number',
  ],
])('%j is half a TURN server, and the secret is not repeated', (args, message) => {
  expect(() => read(args)).toThrow(SettingError);
  expect(() => read(args)).toThrow(message);
  expect(() => read(args)).not.toThrow('s3cret');
});

test.each([
  [['--port', '65536'], '--port must be a whole number from 0 to 65535, not "65536".'],
  [['--port', '-1'], "Option '--port' argument is ambiguous"],
  [['--port', '1e3'], '--port must be a whole number'],
  [['--port'], "Option '--port <value>' argument missing"],
  [['--no-such'], "Unknown option '--no-such'"],
  [['extra'], "Unexpected argument 'extra'"],
  [['--max-rooms', '0'], '--max-rooms must be a whole number from 1 to 2147483647, not "0".'],
  [['--log', 'xml'], '--log must be one of text, json, not "xml".'],
  [['--log-level', 'loud'], '--log-level must be one of'],
  [['--ice-servers', '[1]'], '--ice-servers must be a JSON array'],
  [['--ice-servers', '['], '--ice-servers must be a JSON array'],
  [['--ice-servers', '[{"urls":"http://x"}]'], '--ice-servers must be a JSON array'],
  [['--ice-servers', '[{"urls":[]}]'], '--ice-servers must be a JSON array'],
  [
    ['--redis-url', 'http://redis.example'],
    '--redis-url must be an address that begins with redis:// or rediss://.',
  ],
  [['--redis-url', 'redis'], '--redis-url must be an address'],
  [['--ice-servers', '/no/such'], '--ice-servers: cannot read "/no/such" (ENOENT).'],
])('%j is refused in one line', (args, message) => {
  expect(() => read(args)).toThrow(SettingError);
  expect(() => read(args)).toThrow(message);
  expect(() => read(args)).not.toThrow('\n');
});

test('a bad variable is named', () => {
  expect(() => read([], { SIGNAL_PORT: 'x' })).toThrow('SIGNAL_PORT must be a whole number');
  expect(() => read([], { SIGNAL_TRUST_PROXY: 'yes' })).toThrow(
    'SIGNAL_TRUST_PROXY must be one of true, false',
  );
});

test('the help names every option, limits included', () => {
  expect(readSettings(['--help'], {})).toBe('help');
  for (const option of [
    '--port PORT',
    '--ice-servers JSON',
    '--trust-proxy',
    '--max-backlog-bytes N',
    'SIGNAL_MAX_ROOMS',
  ]) {
    expect(helpText).toContain(option);
  }
  for (const value of Object.values(defaultLimits)) expect(helpText).toContain(`(${value})`);
});
